(module (func $f unreachable) (start $f))
