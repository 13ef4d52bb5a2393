;; Code is kept between runs in a private directory.

;; $ weft cache info
;; directory: [DIR]/.cache/weft
;; modules:   0
;; size:      0 bytes of at most 1.0 GiB
;; $ weft --invoke add cache.wat 1 2
;; 3
;; $ weft cache info
;; directory: [DIR]/.cache/weft
;; modules:   1
;; size:      [..] bytes of at most 1.0 GiB
;; $ weft --invoke add cache.wat 1 2
;; 3
;; $ weft --no-cache --invoke add cache.wat 1 2
;; 3
;; $ stat -c %a .cache/weft
;; 700

;; A damaged entry is as good as none, and only -v speaks of it.

;; $ for f in .cache/weft/*.weft; do printf x | dd of=$f bs=1 seek=500 conv=notrunc 2>/dev/null; done
;; $ weft -v --invoke add cache.wat 1 2
;; 3
;; ! info: loading `cache.wat`
;; ! warning: a code cache entry is not used: the precompiled module is damaged: its checksum does not match
;; $ weft -v --invoke add cache.wat 1 2
;; 3
;; ! info: loading `cache.wat`
;; $ for f in .cache/weft/*.weft; do head -c 100 $f > cut && cat cut > $f; done
;; $ weft --invoke add cache.wat 1 2
;; 3

;; What lies in the place of an entry and is no file is not waited for.

;; $ for f in .cache/weft/*.weft; do rm $f && mkfifo $f; done
;; $ weft --invoke add cache.wat 1 2
;; 3

;; $ weft cache clear
;; removed 1 module, [..] bytes
;; $ weft cache info
;; directory: [DIR]/.cache/weft
;; modules:   0
;; size:      0 bytes of at most 1.0 GiB

;; Many processes may use it at once.

;; $ for i in 1 2 3 4 5 6 7 8; do weft --invoke add cache.wat $i 0 & done | sort; wait
;; 1
;; 2
;; 3
;; 4
;; 5
;; 6
;; 7
;; 8

;; A directory that others may write to is not used.

;; $ chmod 777 .cache/weft && weft --invoke add cache.wat 1 2
;; 3
;; $ weft cache info
;; ! error: the cache directory [DIR]/.cache/weft is open to other users, so code in it is not used: chmod 700 it
;; => 1

;; No place for a cache is no error.

;; $ HOME=/proc weft --invoke add cache.wat 1 2
;; 3
;; $ chmod 700 .cache/weft && weft --no-cache --invoke add cache.wat 5 5
;; 10

(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
