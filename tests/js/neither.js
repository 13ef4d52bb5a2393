// A text that is neither has the fault of a script.
print("never");
let twice; let twice;
//> uncaught SyntaxError: invalid redefinition of lexical identifier
