// A library that is linked while the program runs, and the object that it is made of:
// clang --target=wasm32-unknown-emscripten -O1 -fPIC -fvisibility=default -c -o counter.o.wasm counter.c
// wasm-ld --experimental-pic -shared -o counter.wasm counter.o.wasm
extern int limit;
int count = 3;
int (*hook)(int);

int advance(int by) {
  count += by;
  if (hook && count > limit) count = hook(count);
  return count;
}
