// Intl, as far as the start of runtimes such as .NET's asks for it: the names of the locale and the time zone. There is one locale; texts
// of others are for the program's own data.
(language, native, library) => {
  "use strict";
  const { Array, Object, RangeError, String, Symbol, TypeError } = language;
  const locale = "en-US";

  // The usual letters of a tag (Unicode § 3.2.1): of what is a language tag, and of no other.
  function canonical(tag) {
    if (typeof tag !== "string" && (typeof tag !== "object" || tag === null)) throw new TypeError("Incorrect locale information provided");
    const parts = `${tag}`.split("-");
    if (!/^([a-z]{2,3}|[a-z]{5,8})$/i.test(parts[0]) || !parts.every((part) => /^[a-z0-9]{1,8}$/i.test(part))) throw new RangeError(`Invalid language tag: ${tag}`);
    let isExtension = false;
    return parts.map((part, index) => {
      isExtension ||= index > 0 && part.length === 1;
      if (index === 0 || isExtension) return part.toLowerCase();
      if (/^[a-z]{4}$/i.test(part)) return part[0].toUpperCase() + part.slice(1).toLowerCase();
      return part.length === 2 ? part.toUpperCase() : part.toLowerCase();
    }).join("-");
  }

  function getCanonicalLocales(locales) {
    if (locales === undefined) return [];
    const list = typeof locales === "string" ? [locales] : Array.from(locales);
    return [...new language.Set(list.map(canonical))];
  }

  function DateTimeFormat(locales, options) {
    if (!new.target) return new DateTimeFormat(locales, options);
    getCanonicalLocales(locales);
    const timeZone = options?.timeZone === undefined ? native.timeZone() : String(options.timeZone);
    Object.defineProperty(this, "resolvedOptions", {
      __proto__: null,
      value: () => ({ locale, calendar: "gregory", numberingSystem: "latn", timeZone, year: "numeric", month: "numeric", day: "numeric" }),
    });
  }
  DateTimeFormat.supportedLocalesOf = (locales) => getCanonicalLocales(locales).filter((tag) => tag === locale || tag === "en");
  Object.defineProperty(DateTimeFormat.prototype, Symbol.toStringTag, { __proto__: null, value: "Intl.DateTimeFormat", configurable: true });

  const Intl = {};
  for (const [name, value] of Object.entries({ getCanonicalLocales, DateTimeFormat })) Object.defineProperty(Intl, name, { __proto__: null, value, writable: true, configurable: true });
  Object.defineProperty(Intl, Symbol.toStringTag, { __proto__: null, value: "Intl", configurable: true });
  return { Intl };
};
