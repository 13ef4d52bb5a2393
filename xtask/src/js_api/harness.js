// Runs one test file of test/js-api and prints a line of JSON for each subtest: [status, name, message].
// Arguments: the folder `test` of the checkout, and the test file.
//
// Two names that old files use are gone from testharness.js; nothing else is added.

const [root, file] = arguments;

load(`${root}/harness/testharness.js`);

const classOf = (error) => typeof error === "function" ? error : error.constructor;
globalThis.assert_throws = (error, func, description) =>
  assert_throws_js(classOf(error), func, description);
globalThis.promise_rejects = (test, error, promise, description) =>
  promise.then(
    () => assert_unreached(`should have rejected: ${description}`),
    (reason) => assert_true(reason instanceof classOf(error), description),
  );

add_completion_callback((tests, harness) => {
  for (const { status, name, message } of tests) {
    print(JSON.stringify([status, name, message]));
  }
  print(JSON.stringify(["end", harness.status, harness.message]));
});

const folder = file.slice(0, file.lastIndexOf("/"));
for (const line of read(file).split("\n")) {
  const script = /^\/\/ META: script=(.*)$/.exec(line)?.[1];
  if (script !== undefined) {
    load(script.startsWith("/")
      ? script.replace("/wasm/jsapi/", `${root}/js-api/`)
      : `${folder}/${script}`);
  }
}
load(file);
