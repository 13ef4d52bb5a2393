//! What must hold for any bytes whatsoever, as a function that panics where it does not.
//!
//! The fuzz target and the tests run the same one.

mod structure;

use crate::doctor::Diagnosis;
use crate::explorer::Explorer;
use crate::metadata::Metadata;
use crate::size::{Sizes, diff};
use crate::source::SourceMap;
use crate::strip::strip;
use crate::text::{PrintError, PrintOptions, lines, parse, print, print_in_parts};
use crate::{FunctionView, Functions, Layer, Overview, SectionView, Sections, is_harmless};

/// Any bytes can be looked at in every way, and what is shown of them does no harm.
pub fn look_at(bytes: &[u8]) {
    let sections = Sections::read(bytes);
    assert!(sections.end() <= bytes.len());
    assert!(sections.fault.is_some() || sections.end() == bytes.len());
    let overview = Overview::new(bytes, |_| true);
    overview
        .sections
        .iter()
        .for_each(|section| harmless(section, bytes));
    let printed = printed(bytes);
    functions(bytes, &sections);
    sizes(bytes);
    changed(bytes, &sections);
    explored(bytes);
    diagnosed(bytes);
    if overview.fault.is_none() && overview.kind == Some(Layer::Module) {
        printed.expect("a valid module can be printed");
        round_trip(bytes).expect("its text says the same");
    }
}

/// What is printed in parts is what is printed at once.
pub fn print_parts(bytes: &[u8]) {
    let printed = |count| {
        let mut text = Vec::new();
        let printed = print_in_parts(bytes, &PrintOptions::default(), count, &mut text);
        (text, printed.err().map(|error| error.to_string()))
    };
    assert!(printed(3) == printed(1), "parts are printed differently");
}

/// The text of a valid module, parsed, says what the module says.
///
/// # Errors
/// When it does not: what the first difference is about.
pub fn round_trip(wasm: &[u8]) -> Result<(), String> {
    let mut text = Vec::new();
    print(wasm, &PrintOptions::default(), &mut text).map_err(|error| error.to_string())?;
    let again = parse(&text, None, None).map_err(|error| error.to_string())?;
    let facts = |wasm| structure::facts(wasm).map_err(|error| error.to_string());
    let (given, again) = (facts(wasm)?, facts(&again)?);
    let mut pairs = given.iter().zip(&again).enumerate();
    match pairs.find(|(_, (given, again))| given != again) {
        Some((at, ((what, _), _))) => Err(format!("another {what}, fact {at}")),
        None if given.len() != again.len() => {
            Err(format!("{} facts, not {}", again.len(), given.len()))
        }
        None => Ok(()),
    }
}

fn harmless(section: &SectionView, bytes: &[u8]) {
    assert!(section.offset + section.length <= bytes.len() as u64);
    assert!(section.contents <= section.offset + section.length);
    let texts = section.items.iter().map(|item| &item.text);
    for text in texts.chain([&section.name, &section.meaning]) {
        assert!(text.chars().all(is_harmless), "{text:?}");
    }
    if let Some(fault) = &section.fault {
        assert!(fault.offset <= section.offset + section.length, "{fault}");
    }
    section
        .sections
        .iter()
        .for_each(|inner| harmless(inner, bytes));
}

fn printed(bytes: &[u8]) -> Result<(), PrintError> {
    let mut text = Vec::new();
    let printed = print(bytes, &PrintOptions::default(), &mut text);
    let text = String::from_utf8(text).expect("text is text");
    let hostile = text.lines().find(|line| !line.chars().all(is_harmless));
    assert_eq!(hostile, None);
    if let Err(PrintError::Malformed(fault)) = &printed {
        assert!(fault.offset <= bytes.len() as u64, "{fault}");
    }
    printed
}

fn functions(bytes: &[u8], sections: &Sections) {
    let functions = Functions::read(bytes, sections);
    for function in functions.iter().take(16) {
        assert!(function.body.end <= bytes.len());
        let view = FunctionView::new(bytes, sections, function, Vec::new());
        assert!(view.name.chars().all(is_harmless));
        let same = functions.at(function.body.start as u64);
        assert_eq!(same.is_some(), !function.body.is_empty());
    }
    if let Some(map) = SourceMap::read(bytes, sections) {
        (0..bytes.len() as u64)
            .step_by(64)
            .for_each(|offset| drop(map.places(offset)));
    }
    let half = bytes.len() as u64 / 2;
    let some = lines(bytes, &PrintOptions::default(), half..half + 64);
    assert!(
        some.iter()
            .all(|line| (half..half + 64).contains(&line.offset))
    );
}

fn sizes(bytes: &[u8]) {
    let sizes = Sizes::new(bytes);
    let of_sections: u64 = sizes.sections.iter().map(|size| size.bytes).sum();
    assert!(of_sections <= sizes.bytes);
    let of = |sizes: &[crate::size::Size]| sizes.iter().map(|size| size.bytes).sum::<u64>();
    assert_eq!(of(&sizes.functions), of(&sizes.namespaces));
    let same = diff(bytes, bytes);
    let changes = [
        &same.sections,
        &same.functions,
        &same.namespaces,
        &same.files,
    ];
    assert!(changes.into_iter().all(Vec::is_empty), "{same:?}");
    assert!(same.types.is_empty() && same.imports.is_empty() && same.exports.is_empty());
}

fn diagnosed(bytes: &[u8]) {
    let diagnosis = Diagnosis::new(bytes);
    assert_eq!(diagnosis.kind.is_none(), diagnosis.because.is_empty());
}

fn explored(bytes: &[u8]) {
    let explorer = Explorer {
        name: "any",
        wasm: bytes,
        native: &|_| Vec::new(),
        source: &|_| None,
    };
    explorer
        .write(&mut std::io::sink())
        .expect("a sink takes all");
}

fn changed(bytes: &[u8], sections: &Sections) {
    if sections.fault.is_some() {
        return;
    }
    let stripped = strip(bytes, &|_| true);
    if let Ok(stripped) = &stripped {
        let left = Sections::read(stripped).list;
        assert!(left.iter().all(|section| section.id != 0));
    }
    let metadata = Metadata::read(bytes);
    if let Ok(written) = metadata.write(bytes) {
        assert_eq!(Metadata::read(&written), metadata);
    }
}
