;; What the bytes of a module are for.

;; $ weft parse -g lines size.wat -o size.wasm && weft size size.wasm | grep -v debug_line
;; 567 bytes
;;
;;      bytes      %  section
;;         15    2.6  type
;;          7    1.2  function
;;          5    0.9  memory
;;         12    2.1  export
;;         26    4.6  code
;;         28    4.9  data
;;         60   10.6  custom name
;;         55    9.7  custom .debug_abbrev
;;         24    4.2  custom .debug_str
;;        175   30.9  custom .debug_info
;;
;;      bytes      %  function
;;          8    1.4  core::fmt::write
;;          7    1.2  _ZN6duckdb5Vector4sizeEv
;;          5    0.9  shared
;;          3    0.5  gone
;;
;;      bytes      %  crate, namespace or package
;;          8    1.4  (none)
;;          8    1.4  core
;;          7    1.2  duckdb
;;
;;      bytes      %  source file
;;         13    2.3  (none)
;;         11    1.9  ./size.wat
;; $ weft size --by function --top 1 size.wat
;; 161 bytes
;;
;;      bytes      %  function
;;          8    5.0  core::fmt::write
;;         15    9.3  (3 more)
;; $ weft size --json size.wat | head -12
;; {
;;   "bytes": 161,
;;   "sections": [
;;     {
;;       "name": "type",
;;       "bytes": 15
;;     },
;;     {
;;       "name": "function",
;;       "bytes": 7
;;     },
;;     {
;; $ weft size --by function < size.wasm | head -3
;; 567 bytes
;;
;;      bytes      %  function

;; What changed from one build to the next.

;; $ sed 's/i32.const 7/i32.const 7000/; s/(func $gone)//; s/"shared"/"renamed"/' size.wat > new.wat
;; $ weft size --diff size.wat new.wat
;; 150 bytes, -11
;;
;;     before      after    growth  section
;;         60         54        -6  custom name
;;         15         12        -3  type
;;         26         24        -2  code
;;         12         13        +1  export
;;          7          6        -1  function
;;
;;     before      after    growth  function
;;          -          5        +5  renamed
;;          5          -        -5  shared
;;          3          -        -3  gone
;;          8          9        +1  core::fmt::write
;;
;;     before      after    growth  crate, namespace or package
;;          8          5        -3  (none)
;;          8          9        +1  core
;;
;; 1 functions are the same
;;
;; types
;;   - (func)
;;
;; exports
;;   - shared: (func (result i32))
;;   + renamed: (func (result i32))
;; $ weft size --diff size.wat --by function new.wat
;; 150 bytes, -11
;;
;;     before      after    growth  function
;;          -          5        +5  renamed
;;          5          -        -5  shared
;;          3          -        -3  gone
;;          8          9        +1  core::fmt::write
;; $ weft size --diff size.wat size.wat
;; 161 bytes, +0
;;
;; 4 functions are the same
;; $ weft size --diff size.wat --json new.wat | grep -A3 exports
;;   "exports": [
;;     "- shared: (func (result i32))",
;;     "+ renamed: (func (result i32))"
;;   ]

(module
  (memory 1)
  (func $gone)
  (func $core::fmt::write (param i32) (result i32)
    (i32.add (local.get 0) (i32.const 7)))
  (func $_ZN6duckdb5Vector4sizeEv (result i32)
    (call $core::fmt::write (i32.const 1)))
  (func (export "shared") (result i32)
    (call $_ZN6duckdb5Vector4sizeEv))
  (data (i32.const 0) "twenty bytes of data"))
