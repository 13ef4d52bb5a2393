exports.early = 'a early';
const b = require('./cycle-b.cjs');
exports.late = 'a late';
exports.sawB = b.late;
