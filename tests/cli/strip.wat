;; Custom sections removed, and metadata shown and added.

;; $ weft parse -g full strip.wat -o app.wasm && weft strip app.wasm | weft inspect | grep -c debug
;; 0
;; => 1
;; $ weft strip app.wasm -o small.wasm && weft inspect small.wasm
;; `small.wasm`: a valid module, 62 bytes
;;
;;  id    offset     length  section
;;   1  0x000008          7  type: 1 type
;;   3  0x00000f          4  function: the types of 1 function
;;   7  0x000013         10  export: 1 export: 1 function
;;  10  0x00001d         11  code: 1 function body
;;   0  0x000028         22  name: names of 1 module, 1 function
;; $ weft strip --all strip.wat | weft inspect
;; standard input: a valid module, 40 bytes
;;
;;  id    offset     length  section
;;   1  0x000008          7  type: 1 type
;;   3  0x00000f          4  function: the types of 1 function
;;   7  0x000013         10  export: 1 export: 1 function
;;  10  0x00001d         11  code: 1 function body
;; $ weft strip --delete '.debug_*' --delete producers app.wasm | weft inspect | grep '^  0'
;;   0  0x000028         22  name: names of 1 module, 1 function
;; $ weft strip --all --keep producers app.wasm | weft inspect | grep '^  0'
;;   0  0x000028         52  producers: language: WAT 1, processed-by: hand \u{202e}
;; $ weft strip --all app.wasm -o app.wasm && weft strip --all app.wasm | cmp - app.wasm
;; $ head -c 30 app.wasm | weft strip | wc -c
;; 0
;; ! error: standard input is damaged
;; !   because: the size of a section is malformed at offset 0x1e

;; $ weft metadata show strip.wat
;; name: app
;; language: WAT 1
;; processed-by: hand \u{202e}
;; $ weft metadata add strip.wat --name other --language C=23 --language WAT=2 --sdk kit --licenses 'MIT OR Apache-2.0' --version 1.2 -o more.wasm && weft metadata show more.wasm
;; name: other
;; language: WAT 2
;; language: C 23
;; processed-by: hand \u{202e}
;; sdk: kit
;; licenses: MIT OR Apache-2.0
;; version: 1.2
;; $ weft metadata show --json more.wasm
;; {
;;   "name": "other",
;;   "producers": {
;;     "language": [
;;       {
;;         "name": "WAT",
;;         "version": "2"
;;       },
;;       {
;;         "name": "C",
;;         "version": "23"
;;       }
;;     ],
;;     "processed-by": [
;;       {
;;         "name": "hand",
;;         "version": "\u202e"
;;       }
;;     ],
;;     "sdk": [
;;       {
;;         "name": "kit",
;;         "version": ""
;;       }
;;     ]
;;   },
;;   "texts": {
;;     "licenses": "MIT OR Apache-2.0",
;;     "version": "1.2"
;;   }
;; }
;; $ weft inspect -s name more.wasm
;;   0  0x000028         24  name: names of 1 module, 1 function
;;   0x00002f  module: other
;;   0x00003a  function 0: main
;; $ weft metadata add --language C app.wasm | weft metadata show
;; language: C

;; Lines of the source.

;; $ weft parse -g full strip.wat -o app.wasm && weft addr2line app.wasm 0x22 36
;; 0x22: main at ./strip.wat:[..]:5
;; 0x24: main at ./strip.wat:[..]:5
;; $ weft addr2line -c app.wasm 3
;; 0x3: main at ./strip.wat:[..]:5
;; $ weft addr2line strip.wat 0x22
;; 0x22: main
;; $ weft addr2line app.wasm 3
;; 0x3: no function has this offset
;; => 1
;; $ weft addr2line app.wasm 1d
;; ! error: invalid value '1d' for '<OFFSET>...': write an offset such as 0x1f3c or 7996
;; !
;; ! For more information, try '--help'.
;; => 2

(module $app
  (@producers (language "WAT" "1") (processed-by "hand" "\u{202e}"))
  (func $main (export "main") (result i32)
    i32.const 1
    i32.const 2
    i32.add))
