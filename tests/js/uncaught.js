// An exception that nobody catches ends the program, after what came before.
Promise.reject(new Error("handled in time")).catch(() => print("handled"));
setTimeout(() => print("never"), 5);
Promise.resolve().then(() => { throw new TypeError("nobody handles it"); });
//> handled
//> uncaught TypeError: nobody handles it
