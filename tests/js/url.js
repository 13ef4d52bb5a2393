// URL and URLSearchParams.
const url = new URL("../b c?x=1&x=2#h", "http://u:p@Example.org:80/a/d/e");
print(url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port === "", url.pathname, url.search, url.hash);
//> http://u:p@example.org/a/b%20c?x=1&x=2#h http://example.org http: u p example.org example.org true /a/b%20c ?x=1&x=2 #h
const params = url.searchParams;
print(params === url.searchParams, params.size, params.get("x"), params.getAll("x").join(), params.has("x", "2"), params.has("x", "3"), params.get("y"));
//> true 2 1 1,2 true false null
params.append("y", "ä b");
params.delete("x", "1");
print(url.search, String(params));
//> ?x=2&y=%C3%A4+b x=2&y=%C3%A4+b
url.search = "?z=1";
print(params.get("z"), params.has("x"), url.href);
//> 1 false http://u:p@example.org/a/b%20c?z=1#h
params.set("z", "0"); params.append("z", "9"); params.set("z", "5"); params.append("a", ""); params.sort();
print(url.search, [...params].join("|"), [...params.keys()].join(), [...params.values()].join());
//> ?a=&z=5 a,|z,5 a,z ,5
url.port = "8080"; url.protocol = "https"; url.hash = ""; url.host = "x.y:1"; url.pathname = "p"; url.username = "";
print(String(url), JSON.stringify(url));
//> https://:p@x.y:1/p?a=&z=5 "https://:p@x.y:1/p?a=&z=5"
for (const bad of [() => new URL("nothing"), () => new URL(), () => URL("a:b"), () => { url.href = "?"; }, () => new URLSearchParams([["a"]]), () => params.append("a")]) {
  try { bad(); print("no error"); } catch (e) { print(e.name, e.message, e.code ?? ""); }
}
//> TypeError Failed to construct 'URL': Invalid URL ERR_INVALID_URL
//> TypeError Failed to construct 'URL': 1 argument required, but only 0 present. 
//> TypeError class constructors must be invoked with 'new' 
//> TypeError Failed to set the 'href' property on 'URL': Invalid URL 
//> TypeError Failed to construct 'URLSearchParams': Sequence initializer must only contain pair elements 
//> TypeError Failed to execute 'append' on 'URLSearchParams': 2 arguments required, but only 1 present. 
print(URL.canParse("a:b"), URL.canParse("b"), URL.canParse("b", "a:/"), URL.parse("b"), URL.parse("b", "http://a").href);
//> true false true null http://a/b
print(String(new URLSearchParams({ a: 1, b: "c d" })), String(new URLSearchParams("?q=%20+")), String(new URLSearchParams([["a", "b"]])), new URLSearchParams(new URLSearchParams("k=v")).get("k"));
//> a=1&b=c+d q=++ a=b v
print(String(params.entries()), Object.prototype.toString.call(url), URL.length, Object.keys(URL.prototype).slice(0, 3).join());
//> [object URLSearchParams Iterator] [object URL] 1 href,origin,protocol
const each = [];
params.forEach(function (value, name, all) { each.push(`${this.t}${name}=${value}${all === params}`); }, { t: "_" });
print(each.join());
//> _a=true,_z=5true
