;; A worker that is in a single step of JavaScript without end, which nothing can interrupt, keeps no program from ending.

;; Nobody waits for one that is terminated.
;; $ echo 'postMessage("begun"); Array.prototype.reverse.call({ length: 2 ** 53 - 1 })' > stuck.js
;; $ echo 'const w = new Worker("stuck.js"); w.onmessage = ({ data }) => { print(data); w.terminate(); }' > a.js && weft a.js
;; begun

;; Agents that only listen end with it.
;; $ echo 'new BroadcastChannel("c").onmessage = print; const w = new Worker("stuck.js"); w.onmessage = () => { w.terminate(); }' > a.js && weft a.js

;; Whoever starts one is terminated all the same, and so is what one has started.
;; $ echo 'new Worker("stuck.js").onmessage = ({ data }) => postMessage("below: " + data)' > between.js
;; $ echo 'const w = new Worker("between.js"); w.onmessage = ({ data }) => { print(data); w.terminate(); }' > a.js && weft a.js
;; below: begun
;; $ echo 'new Worker("data:,for (;;);"); postMessage("begun"); Array.prototype.reverse.call({ length: 2 ** 53 - 1 })' > between.js && weft a.js
;; begun

;; The program's own end, its exit code and its time limit do not wait either.
;; $ echo 'new Worker("stuck.js").onmessage = () => quit(3)' > a.js && weft a.js
;; => 3
;; $ echo 'new Worker("stuck.js").onmessage = () => { throw 1 }' > a.js && weft a.js > /dev/null 2>&1
;; => 1
;; $ echo 'new Worker("stuck.js")' > a.js && weft run --timeout 100ms a.js
;; ! error: the script was interrupted: its time was over
;; => 134

;; In a program for Node the promise of `terminate` settles.
;; $ echo 'const { Worker } = require("node:worker_threads"); const w = new Worker("Array.prototype.reverse.call({ length: 2 ** 53 - 1 })", { eval: true }); w.on("online", async () => { console.log(await w.terminate(), w.threadId); process.exitCode = 5; })' > a.cjs && weft a.cjs
;; 1 -1
;; => 5
