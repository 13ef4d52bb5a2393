//! The data in a page of the explorer, unpacked as the page unpacks them.

use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::Value;
use weft_inspect::explorer::Explorer;
use weft_inspect::text::{GenerateDwarf, PrintOptions, lines, parse};
use weft_inspect::{Functions, NativeInstruction, Sections};

const MODULE: &str = include_str!("../../../tests/cli/inspect.wat");

struct Page(String);

impl Page {
    fn new(wasm: &[u8]) -> Self {
        let native = |offset, module_offset| NativeInstruction {
            offset,
            module_offset,
            text: format!("nop {offset}"),
        };
        let explorer = Explorer {
            name: "a <b>.wasm",
            wasm,
            native: &|index| match index {
                1 => vec![native(0, None), native(4, Some(0xffff))],
                _ => Vec::new(),
            },
            source: &|file| file.ends_with("shop.wat").then(|| MODULE.to_string()),
        };
        let mut page = Vec::new();
        explorer.write(&mut page).unwrap();
        Self(String::from_utf8(page).unwrap())
    }

    fn blob(&self, id: &str) -> Vec<u8> {
        let start = format!("id=\"{id}\">");
        let (_, rest) = self.0.split_once(&start).unwrap_or_else(|| panic!("{id}"));
        let (text, _) = rest.split_once("</script>").unwrap();
        decompress_to_vec_zlib(&from_base64(text)).unwrap()
    }

    fn json(&self, number: &Value) -> Value {
        serde_json::from_slice(&self.blob(&format!("d{number}"))).unwrap()
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&self.blob("index")).unwrap()
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{c} is not in the alphabet"),
    };
    let digits: Vec<u8> = text.trim_end_matches('=').bytes().map(digit).collect();
    let group = |digits: &[u8]| {
        let bits = digits
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - digits.len()));
        bits.to_be_bytes()[1..digits.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}

fn shop() -> Vec<u8> {
    let dwarf = Some(GenerateDwarf::Lines);
    parse(MODULE.as_bytes(), Some("shop.wat".as_ref()), dwarf).unwrap()
}

#[test]
fn the_bytes_are_those_of_the_file() {
    // More than one piece of them.
    let data = "x".repeat(600_000);
    let wasm = parse(format!("(module (data \"{data}\"))").as_bytes(), None, None).unwrap();
    let page = Page::new(&wasm);
    let index = page.index();
    assert_eq!(index["bytes"], wasm.len());
    let [length, first] = [0, 1].map(|at| index["pieces"][at].as_u64().unwrap() as usize);
    let pieces = first..first + wasm.len().div_ceil(length);
    let bytes: Vec<u8> = pieces
        .flat_map(|number| page.blob(&format!("d{number}")))
        .collect();
    assert!(bytes == wasm);
}

#[test]
fn functions_have_their_text_source_and_native_code() {
    let wasm = shop();
    let page = Page::new(&wasm);
    let index = page.index();
    let functions = Functions::read(&wasm, &Sections::read(&wasm));
    assert_eq!(
        index["functions"]["name"],
        serde_json::json!(["log", "div", "main"])
    );
    let bodies = page.json(&index["code"]["pieces"][0][1]);
    for (function, body) in std::iter::zip(&functions.defined, bodies.as_array().unwrap()) {
        let range = function.body.start as u64..function.body.end as u64;
        let expected = lines(&wasm, &PrintOptions::default(), range);
        let text: Vec<&str> = body["t"].as_str().unwrap().lines().collect();
        assert_eq!(
            text,
            expected.iter().map(|line| &*line.text).collect::<Vec<_>>()
        );
        let mut offset = function.body.start as i64;
        for (delta, line) in std::iter::zip(body["o"].as_array().unwrap(), &expected) {
            offset += delta.as_i64().unwrap();
            assert_eq!(offset as u64, line.offset);
        }
    }
    // `local.get 0` of $div is the line after its first.
    let place = &bodies[0]["p"][0];
    let file = page.json(&index["code"]["files"][0][1]);
    let line = place[2].as_u64().unwrap() as usize;
    let source = file["t"].as_str().unwrap().lines().nth(line - 1).unwrap();
    assert_eq!(source.trim(), "local.get 0");
    assert!(file["l"].as_array().unwrap().contains(&place[2]));
    assert_eq!(bodies[0]["n"]["t"], "nop 0\nnop 4\n");
    assert_eq!(
        bodies[0]["n"]["l"],
        serde_json::json!([0, text_lines(&bodies[0]) - 1])
    );
    assert_eq!(bodies[1]["n"], Value::Null);
    assert_eq!(index["code"]["native"], 1);
}

fn text_lines(body: &Value) -> usize {
    body["t"].as_str().unwrap().lines().count()
}

#[test]
fn sections_and_calls_are_there() {
    let wasm = shop();
    let page = Page::new(&wasm);
    let index = page.index();
    let sections = Sections::read(&wasm).list;
    let shown = index["sections"].as_array().unwrap();
    assert_eq!(shown.len(), sections.len());
    let import = shown
        .iter()
        .find(|section| section["name"] == "import")
        .unwrap();
    let items = page.json(&import["pieces"][0][2]);
    assert_eq!(import["count"], items["t"].as_array().unwrap().len());
    assert!(
        items["t"][0]
            .as_str()
            .unwrap()
            .contains("(import \"host\" \"log\"")
    );
    let calls = page.json(&index["calls"]);
    // $main calls $log and $div, which a table has.
    assert_eq!(calls["callees"], serde_json::json!([0, 2]));
    assert_eq!(calls["to"], serde_json::json!([0, 1]));
    assert_eq!(calls["referenced"], serde_json::json!([1]));
    assert_eq!(index["exports"][0]["name"], "div");
}

#[test]
fn nothing_hostile_gets_out_of_the_data() {
    let text = "(module (func (export \"</script><script>alert(1)</script>\\1b[2J\\e2\\80\\ae\") unreachable)
        (@custom \"<!--\" \"--></script>\"))";
    let page = Page::new(&parse(text.as_bytes(), None, None).unwrap());
    assert!(!page.0.contains("alert(1)"));
    assert!(!page.0.contains("<b>"), "the name of the file is text");
    let index = page.index();
    let name = "</script><script>alert(1)</script>\\u{1b}[2J\\u{202e}";
    assert_eq!(index["exports"][0]["name"], name);
    assert_eq!(index["functions"]["name"][0], name);
    let elements: Vec<&str> = page.0.matches("<script").collect();
    assert_eq!(elements.len(), page.0.matches("</script>").count());
}

#[test]
fn damaged_files_are_shown_as_far_as_they_go() {
    let wasm = shop();
    for cut in (0..wasm.len()).step_by(7) {
        let index = Page::new(&wasm[..cut]).index();
        assert_eq!(index["bytes"], cut);
        let is_whole = index["fault"] == Value::Null;
        assert!(is_whole || index["fault"]["offset"].as_u64().unwrap() <= cut as u64);
    }
    let cut = Page::new(&wasm[..330]).index();
    assert_eq!(cut["code"]["pieces"][0][0], 0);
}

#[test]
fn functions_of_a_component_are_those_of_its_largest_core_module() {
    let text =
        "(component (core module (func $small)) (core module (func $a nop nop) (func $b call $a)))";
    let wasm = parse(text.as_bytes(), None, None).unwrap();
    let page = Page::new(&wasm);
    let functions = &page.index()["functions"];
    assert_eq!(functions["name"], serde_json::json!(["a", "b"]));
    let start = functions["start"][0].as_u64().unwrap() as usize;
    let length = functions["length"][0].as_u64().unwrap() as usize;
    assert_eq!(wasm[start..start + length], [0, 1, 1, 0x0b]);
    let bodies = page.json(&page.index()["code"]["pieces"][0][1]);
    assert!(
        bodies[1]["t"].as_str().unwrap().contains("call $a"),
        "{bodies}"
    );
}
