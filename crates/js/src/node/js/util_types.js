// node:util/types.
(language, native, library) => {
  "use strict";
  const { ArrayBuffer, Object, Reflect, Symbol, Uint8Array } = language;
  const { tests } = library("node:internal/inspect");
  const tagOf = Object.getOwnPropertyDescriptor(Reflect.getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag).get;
  const { toString: tagText } = Object.prototype;
  const { array, text } = library("node:internal/primordials");
  const isTyped = (name) => (value) => typeof value === "object" && value !== null && Reflect.apply(tagOf, value, []) === name;
  const isTagged = (name) => (value) => typeof value === "object" && value !== null && Reflect.apply(tagText, value, []) === `[object ${name}]`;
  const isFunctionOf = (names) => (value) => typeof value === "function" && array.includes(names, text.slice(Reflect.apply(tagText, value, []), 8, -1));
  const types = {
    ...tests,
    isAnyArrayBuffer: (value) => tests.isArrayBuffer(value) || tests.isSharedArrayBuffer(value),
    isArrayBufferView: ArrayBuffer.isView,
    isBoxedPrimitive: (value) => tests.isNumberObject(value) || tests.isStringObject(value) || tests.isBooleanObject(value) || tests.isBigIntObject(value) || tests.isSymbolObject(value),
    isArgumentsObject: isTagged("Arguments"),
    isAsyncFunction: isFunctionOf(["AsyncFunction", "AsyncGeneratorFunction"]),
    isGeneratorFunction: isFunctionOf(["GeneratorFunction", "AsyncGeneratorFunction"]),
    isGeneratorObject: isTagged("Generator"),
    isMapIterator: isTagged("Map Iterator"),
    isSetIterator: isTagged("Set Iterator"),
    isModuleNamespaceObject: isTagged("Module"),
    isExternal: () => false,
    isKeyObject: () => false,
    isCryptoKey: (value) => typeof language.global.CryptoKey === "function" && value instanceof language.global.CryptoKey,
  };
  array.forEach(["Uint8Array", "Uint8ClampedArray", "Uint16Array", "Uint32Array", "Int8Array", "Int16Array", "Int32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"], (name) => {
    types[`is${name}`] = isTyped(name);
  });
  return types;
};
