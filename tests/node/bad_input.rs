//! The modules of Node with bad input: what comes of each call is what Node 26 said (`bad_input/node.txt`), but where
//! `bad_input/differs.txt` says otherwise and why.

use std::collections::BTreeMap;

use super::{folder, run};

/// The columns of values that throw whatever is asked of them. What is thrown then is how a message was made.
const HOSTILE: std::ops::Range<usize> = 11..14;

/// Rows by their names.
fn table(text: &str) -> BTreeMap<&str, &str> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, letters) = line.rsplit_once(' ').expect("a row has letters");
            (name.trim_end(), letters)
        })
        .collect()
}

/// The letters, of which hostile values keep alone whether something was thrown, and when.
fn essence(letters: &str) -> String {
    let plain = |(column, letter): (usize, char)| match letter {
        _ if !HOSTILE.contains(&column) => letter,
        'A'..='Z' => '#',
        'a'..='z' => '+',
        other => other,
    };
    letters.chars().enumerate().map(plain).collect()
}

#[test]
fn bad_input_has_the_exceptions_of_node() {
    let folder = folder().join("bad_input");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it is there");
    let printed = run(&weft::Engine::default(), &folder.join("main.mjs"));
    let rows = printed.strip_suffix("wrong receivers: done\nexit code 0\n");
    let rows = rows.expect("it came to its end");
    let (of_node, differs) = (read("node.txt"), read("differs.txt"));
    let (rows, of_node, differs) = (table(rows), table(&of_node), table(&differs));
    let mut wrong = Vec::new();
    for (name, expected) in &of_node {
        let row = rows.get(name).copied().unwrap_or_default();
        let is_right = match differs.get(name) {
            Some(_) if essence(row) == essence(expected) => {
                wrong.push(format!("{name} is as in Node now"));
                continue;
            }
            Some(known) => row == *known,
            None => essence(row) == essence(expected),
        };
        if !is_right {
            wrong.push(format!("{name}: {row}, in Node {expected}"));
        }
    }
    let unknown = rows.keys().chain(differs.keys());
    let unknown = unknown.filter(|name| !of_node.contains_key(*name));
    wrong.extend(unknown.map(|name| format!("{name} is in no table of Node's")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
