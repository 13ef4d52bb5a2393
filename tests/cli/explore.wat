;; A page of a module. What is in it is tested where it is made; here is what the command does around it.

;; $ weft explore explore.wat && ls
;; explore.explore.html
;; explore.wat
;; $ weft parse explore.wat -g lines -o app.wasm && weft explore app.wasm -o with.html --source . && weft explore app.wasm -o without.html && test $(stat -c %s with.html) -gt $(stat -c %s without.html) && echo more
;; more
;; $ weft explore app.wasm --source absent
;; ! error: `absent` cannot be read
;; !   because: No such file or directory (os error 2)
;; => 1
;; $ weft explore app.wasm -f mian
;; ! error: there is no function `mian`
;; ! help: there is `main`
;; => 1
;; $ weft explore app.wasm -f 0 -o - | head -c 15
;; <!doctype html>
;; $ head -c 60 app.wasm | weft explore && ls *.html
;; ! warning: there is no native code to show: malformed module: unexpected end-of-file at offset 0x3a
;; => 1
;; $ weft explore absent.wasm
;; ! error: there is no file `absent.wasm`
;; ! help: check the path; `weft` is running in `[DIR]`
;; => 1
;; $ printf '#!/bin/sh\necho "shown: $1"' > xdg-open && chmod +x xdg-open && PATH=.:$PATH weft explore --open -o page.html app.wasm
;; shown: page.html

(module
  (func $main (export "main") (result i32)
    i32.const 40
    i32.const 2
    i32.add))
