// Answers every message with what it is here; "close" ends it.
onmessage = (event) => {
  if (event.data === "close") return close();
  if (event.data === "throw") throw new RangeError("thrown in the worker");
  if (event.data === "reject") return void Promise.reject(new TypeError("rejected in the worker"));
  postMessage({ name, data: event.data, ports: event.ports.length });
};
