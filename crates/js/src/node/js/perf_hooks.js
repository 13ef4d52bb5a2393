// node:perf_hooks.
(language, native, library) => {
  "use strict";
  const { global } = language;
  class PerformanceObserver {
    static supportedEntryTypes = [];
    observe() {}
    disconnect() {}
    takeRecords() { return []; }
  }
  return {
    get performance() { return global.performance; },
    get PerformanceEntry() { return global.PerformanceEntry; },
    get PerformanceMark() { return global.PerformanceMark; },
    get PerformanceMeasure() { return global.PerformanceMeasure; },
    PerformanceObserver: global.PerformanceObserver ?? PerformanceObserver,
    constants: {},
  };
};
