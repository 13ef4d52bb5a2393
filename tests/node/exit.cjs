// process.exit ends at once, and listeners may change the code.
process.on('exit', (code) => { console.log('exit', code); process.exitCode = 9; });
try { setTimeout(() => console.log('never'), 0); process.exit(7); } finally { console.log('never'); }
