// A text that can be a script is one: it is not strict, its variables are global, and `this` is the global object.
var global = 1;
print(this === globalThis, globalThis.global, (function () { return this === globalThis; })());
//> true 1 true
undeclared = 2;
print(undeclared, typeof arguments, typeof require);
//> 2 object undefined
