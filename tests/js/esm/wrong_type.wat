(module (import "./values.js" "eleven" (func)))
