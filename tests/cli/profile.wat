;; A profiler is told the names and the places of the functions that a run compiles.

;; $ weft --no-cache --profile perfmap --invoke run profile.wat & wait $!; grep -oE '^[0-9a-f]+ [0-9a-f]+ .*' /tmp/perf-$!.map | sed 's/^[0-9a-f]* [0-9a-f]* //' && rm /tmp/perf-$!.map
;; 42
;; run
;; wasm-function[3]
;; outer_name
;; inner_name
;; $ weft --no-cache --profile jitdump --invoke run profile.wat && head -c 4 jit-*.dump && echo && grep -aoE 'outer_name|inner_name|wasm-function.3.|never' jit-*.dump | sort -u
;; 42
;; DTiJ
;; inner_name
;; outer_name
;; wasm-function[3]
;; $ weft --profile gprof profile.wat
;; ! error: invalid value 'gprof' for '--profile <perfmap|jitdump>'
;; !   [possible values: perfmap, jitdump]
;; !
;; ! For more information, try '--help'.
;; => 2

(module
  (func $inner_name (result i32) (i32.const 21))
  (func $outer_name (result i32) (i32.add (call $inner_name) (call 3)))
  (func $never)
  (func (result i32) (i32.const 21))
  (func (export "run") (result i32) (call $outer_name)))
