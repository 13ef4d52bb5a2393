// The numbers of node:constants, but for those of OpenSSL.
const constants = require('constants'), os = require('os');
for (const name of Object.keys(constants).sort()) if (!/SSL|RSA|TLS|ENGINE|DH_|Cipher|POINT/.test(name)) console.log(name, constants[name]);
for (const group of ['errno', 'signals', 'priority', 'dlopen']) console.log(group, Object.keys(os.constants[group]).sort().join(' '));
