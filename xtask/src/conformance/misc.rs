//! The scripts of Wasmtime, `tests/misc_testsuite`, as scripts of the specification.
//!
//! Its runner knows three things that ours does not, since the specification's has none of them: a named module can be
//! imported from by its name, `wasmtime` `gc` collects garbage, and a trap has Wasmtime's words. Each has an equivalent
//! in a script, and so only that is added: every line stays where it is.

use std::path::{Path, PathBuf};

use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

use super::{first_lines, run_all, weft};
use crate::project::{Result, files};

/// Folders that are about what Weft does not implement.
const OUTSIDE: &[(&str, &str)] = &[
    ("component-model", "components"),
    ("component-model-threading", "components"),
    ("stack-switching", "a proposal that is not in the standard"),
];

/// Lines that fail though the rest of the script holds.
struct Known {
    script: &'static str,
    lines: &'static [usize],
    /// What is said about each of them.
    says: &'static str,
    reason: &'static str,
}

const CANONICAL: &str = "the script is for a setting of Wasmtime that makes every NaN the same";
const LARGEST: &str = "Wasmtime has no memory of 4 GiB less one byte";
const KIND: &str = "the specification calls this trap so";

const KNOWN: &[Known] = &[
    Known {
        script: "canonicalize-nan-scalar.wast",
        lines: &[111, 112, 115, 116, 117, 118, 147, 148],
        says: "result 0: expected",
        reason: CANONICAL,
    },
    Known {
        script: "simd/canonicalize-nan.wast",
        lines: &[77, 95, 97, 99, 101, 104, 108],
        says: "result 0: expected",
        reason: CANONICAL,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid-shared-memory.wast",
        lines: &[5],
        says: "exceeds memory limits`, but it returned []",
        reason: LARGEST,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid-shared-memory.wast",
        lines: &[23],
        says: "expected I32(-1), got I32(-2)",
        reason: LARGEST,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid-shared-memory.wast",
        lines: &[27],
        says: "expected I32(-2), got I32(-1)",
        reason: LARGEST,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid.wast",
        lines: &[4],
        says: "exceeds memory limits`, but it returned []",
        reason: LARGEST,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid.wast",
        lines: &[22],
        says: "expected I32(-1), got I32(-2)",
        reason: LARGEST,
    },
    Known {
        script: "custom-page-sizes/max-size-invalid.wast",
        lines: &[26],
        says: "expected I32(-2), got I32(-1)",
        reason: LARGEST,
    },
    Known {
        script: "function-references/call_indirect.wast",
        lines: &[42, 45, 48, 51, 54, 57],
        says: "got trap `undefined element`",
        reason: KIND,
    },
    Known {
        script: "table_copy.wast",
        lines: &[63],
        says: "got trap `out of bounds table access`",
        reason: KIND,
    },
    Known {
        script: "gc/component-async-suspended-fiber-roots.wast",
        lines: &[12],
        says: "encoded as a component",
        reason: "components",
    },
    Known {
        script: "gc/component-async-suspended-fiber-roots.wast",
        lines: &[145],
        says: "no module instance has been made yet",
        reason: "components",
    },
    Known {
        script: "memory64/bounds.wast",
        lines: &[4],
        says: "out of bounds memory access",
        reason: "a segment that does not fit is a trap since version 2.0",
    },
    Known {
        script: "memory64/table-too-big.wast",
        lines: &[5],
        says: "is larger than the limit of",
        reason: "the words are those of the limit that is met first",
    },
    Known {
        script: "memory64/table-too-big.wast",
        lines: &[16],
        says: "but it returned [I64(-1)]",
        reason: "what cannot grow answers -1 by the specification",
    },
];

/// Traps in Wasmtime's words and in the specification's.
const WORDS: &[(&str, &str)] = &[
    ("\"allocation size too large\"", "\"resource exhausted\""),
    (
        "\"atomic wait on non-shared memory\"",
        "\"expected shared memory\"",
    ),
    ("\"call type mismatch\"", "\"indirect call type mismatch\""),
    ("\"divide by zero\"", "\"integer divide by zero\""),
];

/// What has `gc` collect: it leaves more garbage than a heap has room for at first.
const COLLECTOR: &str = "(module $wasmtime (type $bytes (array (mut i8))) \
    (func (export \"gc\") (local $n i32) (loop $more \
    (drop (array.new_default $bytes (i32.const 65536))) \
    (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 65)))))) \
    (register \"wasmtime\") ";

/// Each script of a checkout, through `weft wast`.
#[expect(clippy::print_stdout, reason = "the report is what the task is for")]
pub(crate) fn misc(checkout: &Path) -> Result {
    let suite = checkout.join("tests/misc_testsuite");
    let scripts: Vec<PathBuf> = files(&suite, "wast")
        .into_iter()
        .filter(|script| !is_outside(name(&suite, script)))
        .collect();
    for (folder, what) in OUTSIDE {
        println!("{folder}: left out, it is about {what}");
    }
    run_all(&scripts, |script| run(name(&suite, script), script))
}

/// What a script is called in the lists.
fn name<'a>(suite: &Path, script: &'a Path) -> &'a str {
    let name = script.strip_prefix(suite).unwrap_or(script);
    name.to_str().unwrap_or_default()
}

fn is_outside(name: &str) -> bool {
    let folder = name.split('/').next();
    OUTSIDE.iter().any(|(outside, _)| folder == Some(outside))
}

fn run(name: &str, script: &Path) -> Result {
    let source = std::fs::read_to_string(script).map_err(|error| error.to_string())?;
    let ours = std::env::temp_dir().join(format!("weft-misc-{}.wast", std::process::id()));
    std::fs::write(&ours, translate(&source)).map_err(|error| error.to_string())?;
    let output = weft()?.arg("wast").arg(&ours).output();
    let output = output.map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).replace(&*ours.to_string_lossy(), name);
    std::fs::remove_file(&ours).map_err(|error| error.to_string())?;
    let known = KNOWN.iter().filter(|known| known.script == name);
    judge(name, &said, &known.collect::<Vec<_>>())?;
    match output.status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!(
            "ended with {}: {}",
            output.status,
            first_lines(&output.stderr)
        )),
    }
}

/// Whether what was said is what is known, no more and no less.
fn judge(name: &str, said: &str, known: &[&Known]) -> Result {
    let mut failures: Vec<&str> = said
        .lines()
        .filter(|line| {
            line.starts_with(&format!("{name}:")) && !line.ends_with("directives failed")
        })
        .collect();
    for Known {
        lines,
        says,
        reason,
        ..
    } in known
    {
        for line in *lines {
            let start = format!("{name}:{line}:");
            let found = failures
                .iter()
                .position(|said| said.starts_with(&start) && said.contains(says));
            match found {
                Some(found) => drop(failures.remove(found)),
                None => {
                    return Err(format!(
                        "line {line} holds now: take it off the list ({reason})"
                    ));
                }
            }
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        _ => Err(failures.join(" | ")),
    }
}

/// The script for a runner that knows the specification's directives only.
fn translate(source: &str) -> String {
    let mut ours = register_names(source).unwrap_or_else(|| source.to_string());
    if ours.contains("\"wasmtime\" \"gc\"") {
        ours.insert_str(0, COLLECTOR);
    }
    for (theirs, words) in WORDS {
        ours = ours.replace(theirs, words);
    }
    ours
}

/// The script with `(register "name" $name)` after each module that has a name, if it can be parsed.
fn register_names(source: &str) -> Option<String> {
    let mut lexer = Lexer::new(source);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).ok()?;
    let script = parser::parse::<Wast<'_>>(&buffer).ok()?;
    let mut ours = String::with_capacity(source.len());
    let mut copied = 0;
    let mut last_name: Option<String> = None;
    for directive in &script.directives {
        if let Some(name) = last_name.take() {
            // The span is that of the keyword, or of the parenthesis before it.
            let word = directive.span().offset();
            let start = source[..=word].rfind('(')?;
            ours.push_str(&source[copied..start]);
            ours.push_str(&format!("(register \"{name}\" ${name}) "));
            copied = start;
        }
        last_name = instance_name(directive).map(str::to_string);
    }
    ours.push_str(&source[copied..]);
    Some(ours)
}

/// The name of the instance that the directive makes.
fn instance_name<'a>(directive: &WastDirective<'a>) -> Option<&'a str> {
    let id = match directive {
        WastDirective::Module(module) => module.name(),
        WastDirective::ModuleInstance { instance, .. } => *instance,
        _ => None,
    };
    id.map(|id| id.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_registered_where_they_stand() {
        let source = "(module $A)\n;; (\n(module $B\n)\n(invoke $A \"f\")\n(module $C)";
        let ours = "(module $A)\n;; (\n(register \"A\" $A) (module $B\n)\n(register \"B\" $B) (invoke $A \"f\")\n(module $C)";
        assert_eq!(register_names(source).as_deref(), Some(ours));
    }

    #[test]
    fn what_is_known_must_be_said_and_nothing_else() {
        let known = Known {
            script: "s",
            lines: &[3],
            says: "other",
            reason: "for a test",
        };
        let said = "s:3:1: other words\ns: 1 of 2 directives failed\n";
        assert!(judge("s", said, &[&known]).is_ok());
        assert!(judge("s", said, &[]).is_err());
        assert!(judge("s", "", &[&known]).is_err());
        assert!(judge("s", "s:3:1: wrong\n", &[&known]).is_err());
    }
}
