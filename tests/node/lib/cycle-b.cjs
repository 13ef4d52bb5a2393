const a = require('./cycle-a.cjs');
exports.sawA = [a.early, a.late];
exports.late = 'b late';
