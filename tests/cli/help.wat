;; What a new user sees.

;; $ weft
;; ! A fast, complete WebAssembly engine and toolchain
;; !
;; ! Usage: weft [OPTIONS] FILE [ARGS]...
;; !        weft COMMAND ...
;; !
;; ! Commands:
;; !   run          Run a program or a script, or call one function of a module
;; !   compile      Compile a module ahead of time
;; !   validate     Check that modules are valid, without running them
;; !   parse        Turn text (.wat) into a binary module (.wasm)
;; !   print        Show a binary module (.wasm) as text (.wat)
;; !   inspect      Show what is in a module: its sections, what they say, and its functions
;; !   explore      Make a page that shows a module's bytes, text, source and native code side by side
;; !   doctor       Say what kind of module this is, what it needs and who has it, and how to run it
;; !   size         Show what the bytes of a module are for, or what changed between two builds
;; !   strip        Remove custom sections: debug information, names, producers
;; !   metadata     Show or add to what a module says about who made it
;; !   addr2line    Say which function and source line an offset in a module belongs to
;; !   wast         Run WebAssembly test scripts
;; !   cache        Show or clear the cache of compiled code
;; !   completions  Print a completion script for a shell
;; !   help         Print this message or the help of the given subcommand(s)
;; !
;; ! Options:
;; !   -h, --help     Print help
;; !   -V, --version  Print version
;; !
;; ! Global options:
;; !   -v, --verbose...    Say what is being done; twice for details. `WEFT_LOG=info` does the same
;; !       --color <WHEN>  When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
;; !
;; ! `weft FILE` is short for `weft run FILE`; `weft run --help` lists its options.
;; !
;; ! Examples:
;; !   weft hello.wasm                        run a program
;; !   weft --dir . sort.wasm in.txt out.txt  let it use the current directory
;; !   weft app.mjs                           run JavaScript with the WebAssembly API
;; !   weft --invoke add math.wat 2 3         call one function
;; !   weft compile app.wasm -o app.weft      compile ahead of time
;; !   weft validate *.wasm                   check modules without running them
;; !   weft inspect app.wasm                  show what is in a module
;; !   weft print app.wasm                    show it as text
;; => 2
;; $ weft --help
;; A fast, complete WebAssembly engine and toolchain
;;
;; Usage: weft [OPTIONS] FILE [ARGS]...
;;        weft COMMAND ...
;;
;; Commands:
;;   run          Run a program or a script, or call one function of a module
;;   compile      Compile a module ahead of time
;;   validate     Check that modules are valid, without running them
;;   parse        Turn text (.wat) into a binary module (.wasm)
;;   print        Show a binary module (.wasm) as text (.wat)
;;   inspect      Show what is in a module: its sections, what they say, and its functions
;;   explore      Make a page that shows a module's bytes, text, source and native code side by side
;;   doctor       Say what kind of module this is, what it needs and who has it, and how to run it
;;   size         Show what the bytes of a module are for, or what changed between two builds
;;   strip        Remove custom sections: debug information, names, producers
;;   metadata     Show or add to what a module says about who made it
;;   addr2line    Say which function and source line an offset in a module belongs to
;;   wast         Run WebAssembly test scripts
;;   cache        Show or clear the cache of compiled code
;;   completions  Print a completion script for a shell
;;   help         Print this message or the help of the given subcommand(s)
;;
;; Options:
;;   -h, --help     Print help
;;   -V, --version  Print version
;;
;; Global options:
;;   -v, --verbose...    Say what is being done; twice for details. `WEFT_LOG=info` does the same
;;       --color <WHEN>  When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
;;
;; `weft FILE` is short for `weft run FILE`; `weft run --help` lists its options.
;;
;; Examples:
;;   weft hello.wasm                        run a program
;;   weft --dir . sort.wasm in.txt out.txt  let it use the current directory
;;   weft app.mjs                           run JavaScript with the WebAssembly API
;;   weft --invoke add math.wat 2 3         call one function
;;   weft compile app.wasm -o app.weft      compile ahead of time
;;   weft validate *.wasm                   check modules without running them
;;   weft inspect app.wasm                  show what is in a module
;;   weft print app.wasm                    show it as text
;; $ weft --version
;; weft [VERSION]
;; $ weft run --help
;; Run a program or a script, or call one function of a module
;;
;; Usage: weft run [OPTIONS] FILE [ARGS]...
;;
;; Arguments:
;;   [FILE [ARGS]]...
;;           The module or script: a .wasm, .wat, .js, .mjs or .cjs file, `-` for standard input; then
;;           the guest's arguments
;;
;; Options:
;;       --invoke <NAME>
;;           Call the export NAME with ARGS and print what it returns, instead of running the program
;;
;;       --as <IDENTITY>
;;           What a script finds itself in [default: what the file makes plain, else shell]
;;
;;           Possible values:
;;           - shell:  A shell: `read`, `readbuffer`, `load`, `print`, `arguments`, `quit`
;;           - worker: A worker of a browser: `importScripts`, `WorkerGlobalScope`, `postMessage`
;;           - node:   Node: `require`, packages in `node_modules`, `process`, `Buffer`, modules such
;;             as `node:fs`
;;
;;   -h, --help
;;           Print help (see a summary with '-h')
;;
;; Grants:
;;       --dir <HOST[::GUEST][:ro]>
;;           Let the guest use the directory HOST, called GUEST there; `:ro` for reading only
;;
;;       --env <K[=V]>
;;           Set a variable for the guest; without a value it takes the one it has here
;;
;;       --preload <NAME=FILE>
;;           Instantiate FILE first; modules after it import its exports from NAME
;;
;;       --allow-read[=<PATH,…>]
;;           Let a script read these files and folders alone; without PATH none
;;
;;       --allow-write[=<PATH,…>]
;;           Let a script write these files and folders alone; without PATH none
;;
;;       --deny-net
;;           Keep a script from the network
;;
;; Limits:
;;       --timeout <TIME>
;;           Stop the guest after this time, such as 500ms or 2s
;;
;;       --fuel <N>
;;           Stop the guest after about this many instructions
;;
;;       --max-memory <SIZE>
;;           What all memories, tables and objects may take together, such as 64MiB; growing beyond it
;;           fails
;;
;;       --max-disk <SIZE>
;;           How many bytes the guest may write to files, such as 1GiB
;;
;;       --max-stack <SIZE>
;;           The stack that each thread of the guest may use, such as 512KiB [default: 1MiB]
;;
;; Engine options:
;;   -W, --wasm <FEATURE[=y|n],..>
;;           Switch proposals on or off: `-W wide-arithmetic`, `-W threads=n,simd=n`; `-W help` lists
;;           them
;;
;;       --no-cache
;;           Neither read nor write the cache of compiled code
;;
;;       --allow-precompiled
;;           Run files that `weft compile` made: they hold native code, which nothing confines
;;
;;       --timings
;;           Say how long a script's Fetch, Compile, Instantiate and Call took
;;
;;       --profile <perfmap|jitdump>
;;           Tell a profiler where the guest's functions are
;;
;;           Possible values:
;;           - perfmap: `/tmp/perf-PID.map`, for `perf report` without more ado
;;           - jitdump: `jit-PID.dump`, for `perf inject --jit`
;;
;; Global options:
;;   -v, --verbose...
;;           Say what is being done; twice for details. `WEFT_LOG=info` does the same
;;
;;       --color <WHEN>
;;           When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
;;
;; A guest sees nothing of this machine but what is granted here: no directory, no variable.
;; Options after FILE are the guest's own.
;;
;; Exit codes: the guest's own; 134 after a trap or when a limit stopped it; 130 after Ctrl-C;
;; 2 when the command line is wrong; 1 for every other error.
;;
;; A script is a .js, .mjs or .cjs file of JavaScript with the WebAssembly namespace; its arguments are
;; `arguments`. It runs as in Node, with its arguments in `process.argv`, if it ends in .cjs, imports a
;; package or a module such as node:fs, calls require() outside of any function or condition, or
;; belongs
;; to a package.json with a `type`; --as decides otherwise. It may use the files and the network that
;; you may, unless --allow-read, --allow-write and --deny-net narrow that. --timeout, --max-memory
;; (with as much again for JavaScript itself) and --max-stack hold for it and its workers. Its exit
;; code is that of quit(CODE) or process.exit(CODE), 1 after an exception that nobody caught, and
;; else 0.
;;
;; A program may start threads (wasi-threads), up to 1024 at a time. The first end of any thread
;; is the program's, and limits hold for all of them together; a thread starts with half the fuel of
;; the one that started it, and with its own instances of the modules of --preload.
;;
;; Examples:
;;   weft run hello.wasm
;;   weft run app.mjs one two
;;   weft run --dir . --env LANG sort.wasm in.txt out.txt
;;   weft run --dir data::/data:ro --timeout 2s --max-memory 64MiB untrusted.wasm
;;   weft run --invoke add math.wat 2 3
;;   weft run --preload util=util.wasm app.wasm
;;   curl -s https://example.org/a.wasm | weft run -
;; $ weft compile --help
;; Compile a module ahead of time
;;
;; Usage: weft compile [OPTIONS] [FILE]
;;
;; Arguments:
;;   [FILE]  The module: a .wasm or .wat file, `-` for standard input
;;
;; Options:
;;   -o, --output <FILE>  Where to write the result [default: FILE with the extension .weft]
;;   -h, --help           Print help
;;
;; Engine options:
;;   -W, --wasm <FEATURE[=y|n],..>  Switch proposals on or off: `-W wide-arithmetic`, `-W
;;                                  threads=n,simd=n`; `-W help` lists them
;;
;; Global options:
;;   -v, --verbose...    Say what is being done; twice for details. `WEFT_LOG=info` does the same
;;       --color <WHEN>  When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
;;
;; The result holds native code for this version of weft and this kind of CPU. It is run with
;; `weft run --allow-precompiled FILE`; do so only if you trust where it comes from.
;;
;; Examples:
;;   weft compile app.wasm                  makes app.weft
;;   weft compile app.wasm -o build/app.weft
;;   cat app.wasm | weft compile - -o app.weft
;; $ weft help cache
;; Show or clear the cache of compiled code
;;
;; Usage: weft cache [OPTIONS] <COMMAND>
;;
;; Commands:
;;   info   Show where the cache is, how much is in it and how much it may hold
;;   clear  Remove everything from the cache
;;   help   Print this message or the help of the given subcommand(s)
;;
;; Options:
;;   -h, --help  Print help
;;
;; Global options:
;;   -v, --verbose...    Say what is being done; twice for details. `WEFT_LOG=info` does the same
;;       --color <WHEN>  When to use colour: auto, always or never. `NO_COLOR=1` does the same as never
;;
;; `weft run` keeps the code it has compiled, so that the next run starts at once. The cache is
;; bounded: the code that was not used for longest goes first. `weft run --no-cache` neither
;; reads nor writes it.
;;
;; Examples:
;;   weft cache info
;;   weft cache clear
;; $ weft completions bash | head -1
;; _weft() {
;; $ weft completions ksh
;; ! error: invalid value 'ksh' for '<SHELL>'
;; !   [possible values: bash, elvish, fish, powershell, zsh]
;; !
;; !   tip: a similar value exists: 'zsh'
;; !
;; ! For more information, try '--help'.
;; => 2

(module)
