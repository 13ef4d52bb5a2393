;; A terminal shows how far a long compilation is, in plain text; a pipe and a file do not. The
;; terminal here is one that `script` makes.

;; $ awk 'BEGIN { for (i = 0; i < 1000; i++) { print "(func (param i32) (result i32) (local.get 0)"; for (j = 1; j < 99; j++) print "(i32.popcnt) (i32.const " j ") (i32.mul)"; print ")" } }' > big.wat
;; $ TERM=xterm script -qec 'weft compile big.wat' log > /dev/null && tr '\r' '\n' < log | grep -o 'compiling `big.wat`: [0-9]* of 1000 functions' | sed 's/ [0-9]* of/ some of/' | sort -u
;; compiling `big.wat`: some of 1000 functions
;; $ TERM=xterm NO_COLOR=1 script -qec 'weft compile big.wat' log > /dev/null && grep -c '[[][0-9;]*m' log
;; 0
;; => 1
;; $ TERM=xterm weft compile big.wat 2>&1 | cat

(module)
