// Servers of node:http, asked by `fetch` and by a client that writes what it likes.
import http, { createServer, STATUS_CODES } from "node:http";
import { Readable } from "node:stream";

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://x");
  switch (url.pathname) {
    case "/plain":
      response.end(`${request.method} ${request.url} ${request.httpVersion} ${request.headers["x-a"]}`);
      break;
    case "/echo": {
      const parts = [];
      for await (const part of request) parts.push(part);
      response.writeHead(201, { "Content-Type": "text/x", "X-Two": ["a", "b"] });
      response.write("echo ");
      response.end(Buffer.concat(parts));
      break;
    }
    case "/large":
      Readable.from(Array.from({ length: 20 }, (_, i) => Buffer.alloc(50_000, i))).pipe(response);
      break;
    case "/none":
      response.statusCode = 204;
      response.end();
      break;
    case "/faults":
      for (const fault of [() => response.setHeader("a b", 1), () => response.setHeader("a", "x\ny"), () => response.setHeader("a", undefined), () => response.writeHead(99)]) {
        try { fault(); console.log("no error"); } catch (e) { console.log(e.name, e.code); }
      }
      response.setHeader("X-A", 1).removeHeader("x-a");
      response.appendHeader("X-B", "1").appendHeader("X-B", "2");
      console.log(response.getHeaderNames(), response.getHeader("x-b"), response.hasHeader("x-a"), response.headersSent);
      response.writeHead(200);
      try { response.setHeader("a", "b"); } catch (e) { console.log(e.code); }
      response.end();
      break;
    case "/broken":
      response.writeHead(200, { "Content-Length": 10 });
      response.write("half");
      setTimeout(() => response.destroy(), 50);
      break;
  }
});
console.log(server.listening, server.address());
server.listen(0, "127.0.0.1", () => console.log("listening", server.listening));
await new Promise((resolve) => server.once("listening", resolve));
const { address, family, port } = server.address();
console.log(address, family, port > 0, STATUS_CODES[404], http.METHODS.includes("GET"));
const base = `http://127.0.0.1:${port}`;

console.log(await (await fetch(`${base}/plain?q=1`, { headers: { "X-A": "1" } })).text());
const plain = await fetch(`${base}/plain`);
console.log(plain.headers.get("content-length") === String((await plain.text()).length), plain.headers.has("date"), plain.headers.get("connection"));
console.log((await (await fetch(`${base}/plain`, { method: "HEAD" })).text()).length);
const made = await fetch(`${base}/echo`, { method: "POST", body: "x".repeat(100_000) });
console.log(made.status, made.headers.get("x-two"), made.headers.get("content-type"), (await made.text()).length);
const large = new Uint8Array(await (await fetch(`${base}/large`)).arrayBuffer());
console.log(large.length, large[0], large[999_999]);
const none = await fetch(`${base}/none`);
console.log(none.status, none.statusText, (await none.text()).length);
await fetch(`${base}/faults`);
try { await (await fetch(`${base}/broken`)).text(); console.log("no error"); } catch (e) { console.log("broken off", e instanceof TypeError); }

// Requests side by side, and a second server at the same place.
const answers = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await fetch(`${base}/plain?${i}`)).text()));
console.log(answers.every((text, i) => text.startsWith(`GET /plain?${i} `)));
const second = createServer();
second.on("error", (e) => {
  console.log(e.code, e.syscall);
  server.close((error) => {
    console.log("closed", error, server.listening);
    server.close((error) => console.log(error.code));
  });
});
second.listen(port, "127.0.0.1");
try { createServer().listen(70000); } catch (e) { console.log(e.code); }
const idle = createServer().listen(0, () => idle.unref());
