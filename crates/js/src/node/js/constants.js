// node:constants: those of node:fs and node:os in one object.
(language, native, library) => {
  "use strict";
  const { errno, signals, priority, dlopen } = library("node:os").constants;
  return { ...dlopen, ...errno, ...priority, ...signals, ...library("node:fs").constants };
};
