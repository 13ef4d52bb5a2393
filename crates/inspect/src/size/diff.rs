//! [`Diff`]: what became of a module from one build to the next, by bytes and by meaning.
//!
//! Indices move whenever something is added, so functions are compared by name, and their bodies with the functions
//! and types that they mention by name and type.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use serde::Serialize;
use wasmparser::{BinaryReader, BlockType, FunctionBody, Operator};

use super::{Size, Sizes, size};
use crate::demangle;
use crate::functions::{Function, Functions};
use crate::interface::{External, Interface};
use crate::sections::Sections;

/// What changed between two files.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The length of the files before and after.
    pub bytes: [u64; 2],
    /// By section.
    pub sections: Vec<Change>,
    /// By function, those that differ in size or meaning, the largest change first.
    pub functions: Vec<Change>,
    /// Functions that are the same.
    pub unchanged_functions: u64,
    /// By crate, namespace or package.
    pub namespaces: Vec<Change>,
    /// By source file.
    pub files: Vec<Change>,
    /// Types that only one of them has: `+` or `-` and the type.
    pub types: Vec<String>,
    /// Imports that only one of them has, or of another type: `+` or `-`, the name and the type.
    pub imports: Vec<String>,
    /// The same of exports.
    pub exports: Vec<String>,
}

/// The bytes of one thing before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is called. It may be hostile.
    pub name: String,
    /// Its bytes before; `None` if it was not there.
    pub before: Option<u64>,
    /// Its bytes after; `None` if it is gone.
    pub after: Option<u64>,
}

impl Change {
    /// By how much it grew.
    pub fn growth(&self) -> i64 {
        self.after.unwrap_or(0) as i64 - self.before.unwrap_or(0) as i64
    }
}

/// Compares two modules.
pub fn diff(before: &[u8], after: &[u8]) -> Diff {
    let files = [before, after];
    let sizes = files.map(Sizes::new);
    let sections = files.map(Sections::read);
    let interfaces = [0, 1].map(|side| Interface::read(files[side], &sections[side]));
    let functions = [0, 1].map(|side| Functions::read(files[side], &sections[side]));
    let known =
        [0, 1].map(|side| Meaning::new(files[side], &functions[side], &interfaces[side]).by_name());
    let (functions, unchanged_functions) = changed_functions(&known);
    let [old, new] = &interfaces;
    Diff {
        bytes: sizes.each_ref().map(|sizes| sizes.bytes),
        sections: changes(sizes.each_ref().map(|sizes| &sizes.sections)),
        functions,
        unchanged_functions,
        namespaces: changes(sizes.each_ref().map(|sizes| &sizes.namespaces)),
        files: changes(sizes.each_ref().map(|sizes| &sizes.files)),
        types: differences([types(old), types(new)]),
        imports: differences([named(&old.imports), named(&new.imports)]),
        exports: differences([named(&old.exports), named(&new.exports)]),
    }
}

/// Items whose sizes differ, summed by name, the largest change first.
fn changes(sizes: [&Vec<Size>; 2]) -> Vec<Change> {
    let mut all: BTreeMap<&str, [Option<u64>; 2]> = BTreeMap::new();
    for (side, sizes) in sizes.into_iter().enumerate() {
        for size in sizes {
            *all.entry(&size.name).or_default()[side].get_or_insert(0) += size.bytes;
        }
    }
    let changed = all
        .into_iter()
        .filter(|(_, [before, after])| before != after);
    sorted(changed.map(|(name, [before, after])| Change {
        name: name.to_string(),
        before,
        after,
    }))
}

fn sorted(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut changes: Vec<Change> = changes.collect();
    changes.sort_by(|a, b| {
        let largest = b.growth().unsigned_abs().cmp(&a.growth().unsigned_abs());
        largest.then_with(|| a.name.cmp(&b.name))
    });
    changes
}

fn types(interface: &Interface) -> BTreeSet<String> {
    interface.types.iter().cloned().collect()
}

fn named(items: &[External]) -> BTreeSet<String> {
    items.iter().map(External::to_string).collect()
}

fn differences([before, after]: [BTreeSet<String>; 2]) -> Vec<String> {
    let gone = before.difference(&after).map(|item| format!("- {item}"));
    let added = after.difference(&before).map(|item| format!("+ {item}"));
    gone.chain(added).collect()
}

/// The functions of one name, in order; those without a name are together.
type Known = BTreeMap<String, Vec<Body>>;

/// A function to be compared.
#[derive(Clone)]
struct Body {
    /// A hash of what it does.
    meaning: u64,
    bytes: u64,
    /// Its name as it is in the module, if it has one.
    name: Option<String>,
    index: u32,
}

impl Body {
    fn shown(&self) -> String {
        match &self.name {
            Some(name) => demangle(name),
            None => format!("function {}", self.index),
        }
    }
}

/// The functions that differ, and how many do not.
fn changed_functions([before, after]: &[Known; 2]) -> (Vec<Change>, u64) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut unchanged = 0;
    let mut changed = Vec::new();
    for name in names {
        let of_name = |known: &Known| known.get(name).cloned().unwrap_or_default();
        let (mut old, mut new) = (of_name(before), of_name(after));
        unchanged += set_same_aside(&mut old, &mut new);
        for pair in 0..old.len().max(new.len()) {
            let pair = [old.get(pair), new.get(pair)];
            let [before, after] = pair.map(|body| body.map(|body| body.bytes));
            let shown = pair[1].or(pair[0]).map(Body::shown);
            changed.push(Change {
                name: shown.unwrap_or_default(),
                before,
                after,
            });
        }
    }
    (sorted(changed.into_iter()), unchanged)
}

/// Removes from both what is in both, and says how many that are.
fn set_same_aside(old: &mut Vec<Body>, new: &mut Vec<Body>) -> u64 {
    let mut same: HashMap<u64, u64> = HashMap::new();
    for body in &*new {
        *same.entry(body.meaning).or_default() += 1;
    }
    let mut both: HashMap<u64, u64> = HashMap::new();
    old.retain(
        |body| match same.get_mut(&body.meaning).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                *both.entry(body.meaning).or_default() += 1;
                false
            }
            None => true,
        },
    );
    let aside = both.values().sum();
    new.retain(
        |body| match both.get_mut(&body.meaning).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                false
            }
            None => true,
        },
    );
    aside
}

/// A module whose functions are to be compared.
struct Meaning<'a> {
    wasm: &'a [u8],
    functions: &'a Functions,
    interface: &'a Interface,
    /// What is known of a function that another mentions: a hash of its name, or of its type if it has none.
    mentions: Vec<u64>,
    /// The same of types.
    types: Vec<u64>,
}

impl<'a> Meaning<'a> {
    fn new(wasm: &'a [u8], functions: &'a Functions, interface: &'a Interface) -> Self {
        let mention = |function: &Function| match function.name.as_deref() {
            Some(name) => hash_of(&known_as(name)),
            None => hash_of(interface.function(function.index)),
        };
        Self {
            wasm,
            functions,
            interface,
            mentions: functions.iter().map(mention).collect(),
            types: interface.types.iter().map(|ty| hash_of(ty)).collect(),
        }
    }

    fn by_name(&self) -> Known {
        let mut known = Known::new();
        for function in &self.functions.defined {
            let name = function.name.as_deref().map_or(String::new(), known_as);
            known.entry(name).or_default().push(Body {
                meaning: self.hash(function),
                bytes: size(function),
                name: function.name.clone(),
                index: function.index,
            });
        }
        known
    }

    /// A hash of what a function does, whatever the indices of what it mentions.
    fn hash(&self, function: &Function) -> u64 {
        let mut said = Vec::with_capacity(function.body.len() * 2);
        if self.say(function, &mut said).is_err() {
            said.extend(&self.wasm[function.body.clone()]);
        }
        let mut hasher = DefaultHasher::new();
        self.interface.function(function.index).hash(&mut hasher);
        said.hash(&mut hasher);
        hasher.finish()
    }

    /// Spells out the locals and instructions of a function, with hashes in the place of indices.
    fn say(&self, function: &Function, said: &mut Vec<u8>) -> wasmparser::Result<()> {
        let Range { start, end } = function.body;
        let body = FunctionBody::new(BinaryReader::new(&self.wasm[start..end], start as u64));
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            said.extend(format!("{count} {ty},").bytes());
        }
        let of = |hashes: &[u64], index: u32| {
            let hash = hashes.get(index as usize).copied().unwrap_or(0);
            hash.to_le_bytes()
        };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let from = operators.original_position() as usize;
            let operator = operators.read()?;
            let bytes = &self.wasm[from..operators.original_position() as usize];
            said.push(bytes[0]);
            match operator {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => {
                    said.extend(of(&self.mentions, function_index));
                }
                Operator::CallIndirect {
                    type_index,
                    table_index,
                }
                | Operator::ReturnCallIndirect {
                    type_index,
                    table_index,
                } => {
                    said.extend(of(&self.types, type_index));
                    said.extend(table_index.to_le_bytes());
                }
                Operator::CallRef { type_index } | Operator::ReturnCallRef { type_index } => {
                    said.extend(of(&self.types, type_index));
                }
                Operator::Block {
                    blockty: BlockType::FuncType(ty),
                }
                | Operator::Loop {
                    blockty: BlockType::FuncType(ty),
                }
                | Operator::If {
                    blockty: BlockType::FuncType(ty),
                } => said.extend(of(&self.types, ty)),
                _ => said.extend(bytes),
            }
        }
        Ok(())
    }
}

/// What a name is from build to build: mangled names of Rust end in a hash that changes.
fn known_as(name: &str) -> String {
    match rustc_demangle::try_demangle(name) {
        Ok(name) => format!("{name:#}"),
        Err(_) => name.to_string(),
    }
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn functions_without_names_are_compared_by_what_they_do() {
        let module = |text: &str| parse(text.as_bytes(), None, None).unwrap();
        let before = module("(module (func i32.const 1 drop) (func call 0) (func nop))");
        let after = module("(module (func) (func nop) (func i32.const 1 drop) (func call 2))");
        let diff = diff(&before, &after);
        assert_eq!(diff.unchanged_functions, 3);
        assert_eq!(diff.functions.len(), 1);
        assert_eq!(diff.functions[0].name, "function 0");
    }

    #[test]
    fn moved_indices_change_nothing() {
        let module = |text: &str| parse(text.as_bytes(), None, None).unwrap();
        let before = module(
            "(module (func $a (call $b)) (func $b) (func $gone nop) (func $c i32.const 1 drop)
                (export \"a\" (func $a)))",
        );
        let after = module(
            "(module (import \"m\" \"f\" (func $f (param i64))) (func $new) (func $b) (func $a (call $b))
                (func $c i32.const 2 drop) (export \"a\" (func $a)) (export \"c\" (func $c)))",
        );
        let diff = diff(&before, &after);
        let functions: Vec<_> = diff
            .functions
            .iter()
            .map(|c| (&*c.name, c.before, c.after))
            .collect();
        assert_eq!(
            functions,
            [
                ("gone", Some(4), None),
                ("new", None, Some(3)),
                ("c", Some(6), Some(6))
            ]
        );
        assert_eq!(diff.unchanged_functions, 2);
        assert_eq!(diff.types, ["+ (func (param i64))"]);
        assert_eq!(diff.imports, ["+ m.f: (func (param i64))"]);
        assert_eq!(diff.exports, ["+ c: (func)"]);
    }
}
