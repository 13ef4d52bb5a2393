;; LEB128 numbers of 64 bits where 64-bit memories and tables bring them into the binary format:
;; limits, offsets of accesses, and constants. They may be padded up to ten bytes and no further.

;; A memory with the limits 1 and 2, padded.
(module binary
  "\00asm" "\01\00\00\00"
  "\05\16\01"                                 ;; memory section
  "\05"                                       ;; 64-bit addresses, with a maximum
  "\81\80\80\80\80\80\80\80\80\00"            ;; 1 in ten bytes
  "\82\80\80\80\80\80\80\80\80\00")           ;; 2 in ten bytes

;; Eleven bytes are too many, whatever they say.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0d\01" "\04"
    "\81\80\80\80\80\80\80\80\80\80\00")
  "integer representation too long")

;; The tenth byte may only hold the one bit that is left.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0c\01" "\04"
    "\81\80\80\80\80\80\80\80\80\02")
  "integer too large")

;; A table with a 64-bit minimum, padded.
(module binary
  "\00asm" "\01\00\00\00"
  "\04\0d\01"                                 ;; table section
  "\70\04"                                    ;; funcref, 64-bit addresses, no maximum
  "\80\80\80\80\80\80\80\80\80\00")           ;; 0 in ten bytes

(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\0e\01" "\70\04"
    "\80\80\80\80\80\80\80\80\80\80\00")
  "integer representation too long")

;; The offset of an access is a u64.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05\01\60\00\01\7f"                     ;; type (func (result i32))
  "\03\02\01\00"                              ;; one function
  "\05\03\01\04\01"                           ;; (memory i64 1)
  "\07\08\01\04" "load" "\00\00"              ;; export "load"
  "\0a\12\01\10\00"                           ;; code section, one body
  "\42\00"                                    ;; i64.const 0
  "\28\02"                                    ;; i32.load, alignment 4
  "\84\80\80\80\80\80\80\80\80\00"            ;; offset 4 in ten bytes
  "\0b")
(assert_return (invoke "load") (i32.const 0))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05\01\60\00\01\7f"
  "\03\02\01\00"
  "\05\03\01\04\01"
  "\07\08\01\04" "load" "\00\00"
  "\0a\12\01\10\00"
  "\42\00"
  "\28\02"
  "\ff\ff\ff\ff\ff\ff\ff\ff\ff\01"            ;; the largest offset
  "\0b")
(assert_trap (invoke "load") "out of bounds memory access")

(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\05\01\60\00\01\7f"
    "\03\02\01\00"
    "\05\03\01\04\01"
    "\0a\12\01\10\00"
    "\42\00"
    "\28\02"
    "\ff\ff\ff\ff\ff\ff\ff\ff\ff\02"          ;; one bit more
    "\0b")
  "integer too large")

;; Memories with 32-bit addresses take no offset beyond 32 bits.
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\05\01\60\00\01\7f"
    "\03\02\01\00"
    "\05\03\01\00\01"                         ;; (memory 1)
    "\0a\0d\01\0b\00"
    "\41\00"                                  ;; i32.const 0
    "\28\02"
    "\80\80\80\80\10"                         ;; offset 2^32
    "\0b")
  "offset out of range")
