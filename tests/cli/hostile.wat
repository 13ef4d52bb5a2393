;; Names that would drive a terminal or turn the reading order around are spelled out, whoever shows them.

;; $ weft --invoke f hostile.wat
;; ! error: wasm trap: unreachable
;; ! wasm backtrace:
;; !     0:     0x2b - \u{1b}[31m\u{202e}\u{200b}name
;; => 134
;; $ weft inspect --section export hostile.wat
;;   7  0x000012         20  export: 2 exports: 2 functions
;;   0x000015  (export "f" (func $"\u{1b}[31m\u{202e}\u{200b}name"))
;;   0x000019  (export "\u{1b}]0;title\u{7}" (func $"\u{1b}[31m\u{202e}\u{200b}name"))
;; $ weft inspect -f 0 hostile.wat | head -1
;; function 0, \u{1b}[31m\u{202e}\u{200b}name: 3 bytes at 0x2a
;; $ weft print hostile.wat | grep export
;;   (export "f" (func $"\u{1b}[31m\u{202e}\u{200b}name"))
;;   (export "\u{1b}]0;title\u{7}" (func $"\u{1b}[31m\u{202e}\u{200b}name"))
;; $ weft size --by function hostile.wat
;; 72 bytes
;;
;;      bytes      %  function
;;          4    5.6  \u{1b}[31m\u{202e}\u{200b}name
;; $ weft inspect --json -s export hostile.wat | grep text
;;           "text": "(export \"f\" (func $\"\\u{1b}[31m\\u{202e}\\u{200b}name\"))"
;;           "text": "(export \"\\u{1b}]0;title\\u{7}\" (func $\"\\u{1b}[31m\\u{202e}\\u{200b}name\"))"
;; $ printf '%s' '(module (func $"\1b[2J" (result i32)))' > invalid.wat; weft validate invalid.wat
;; ! error: `invalid.wat` is not valid
;; !   because: invalid module: type mismatch: expected i32 but nothing on stack in function 0 at offset 0x18
;; => 1
;; $ weft addr2line hostile.wat 0x2b
;; 0x2b: \u{1b}[31m\u{202e}\u{200b}name

(module
  (func $"\1b[31m\u{202e}\u{200b}name" (export "f") (export "\1b]0;title\07") unreachable))
