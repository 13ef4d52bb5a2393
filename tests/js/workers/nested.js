// Starts a worker of its own, relative to itself, and passes on what it says.
const inner = new Worker("echo.js", { name: "inner" });
inner.onmessage = ({ data }) => {
  postMessage(["through", data]);
  inner.onmessage = null;
  inner.terminate();
};
inner.postMessage("down");
