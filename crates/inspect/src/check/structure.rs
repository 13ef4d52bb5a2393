//! What a module says, whatever its encoding.
//!
//! Numbers may be padded, locals be declared in many groups, and the count of data segments be told or not: the
//! text has none of that, so the module that is parsed from it differs in bytes and in nothing else.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, FunctionBody, Operator,
    OperatorsReader, Parser, Payload, Result, TableInit, ValType,
};

/// What a module says, in order: what each is about, and a hash of it.
pub(super) fn facts(wasm: &[u8]) -> Result<Vec<(&'static str, u64)>> {
    let mut facts = Facts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        facts.add_section(payload?)?;
    }
    Ok(facts.0)
}

#[derive(Default)]
struct Facts(Vec<(&'static str, u64)>);

impl Facts {
    fn add(&mut self, what: &'static str, fact: impl Debug) {
        let mut hasher = DefaultHasher::new();
        format!("{fact:?}").hash(&mut hasher);
        self.0.push((what, hasher.finish()));
    }

    fn add_section(&mut self, section: Payload<'_>) -> Result<()> {
        match section {
            Payload::TypeSection(groups) => {
                for group in groups {
                    let group = group?;
                    self.add("recursion group", group.is_explicit_rec_group());
                    group.into_types().for_each(|ty| self.add("type", ty));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.add("import", import?);
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.add("function", ty?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    let table = table?;
                    let init = match &table.init {
                        TableInit::RefNull => None,
                        TableInit::Expr(init) => Some(operators(init)?),
                    };
                    self.add("table", (table.ty, init));
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.add("memory", memory?);
                }
            }
            Payload::TagSection(tags) => {
                for tag in tags {
                    self.add("tag", tag?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global?;
                    self.add("global", (global.ty, operators(&global.init_expr)?));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.add("export", export?);
                }
            }
            Payload::StartSection { func, .. } => self.add("start", func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.add_element(element?)?;
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    self.add_data(&segment?)?;
                }
            }
            Payload::CodeSectionEntry(body) => self.add_body(&body)?,
            _ => {}
        }
        Ok(())
    }

    fn add_element(&mut self, element: Element<'_>) -> Result<()> {
        match &element.kind {
            ElementKind::Passive => self.add("element segment", "passive"),
            ElementKind::Declared => self.add("element segment", "declared"),
            ElementKind::Active {
                table_index,
                offset_expr,
            } => {
                let place = (table_index.unwrap_or(0), operators(offset_expr)?);
                self.add("element segment", place);
            }
        }
        match element.items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.add("element", function?);
                }
            }
            ElementItems::Expressions(ty, items) => {
                self.add("elements", ty);
                for item in items {
                    self.add("element", operators(&item?)?);
                }
            }
        }
        Ok(())
    }

    fn add_data(&mut self, segment: &Data<'_>) -> Result<()> {
        let place = match &segment.kind {
            DataKind::Passive => None,
            DataKind::Active {
                memory_index,
                offset_expr,
            } => Some((memory_index, operators(offset_expr)?)),
        };
        self.add("data segment", place);
        self.add("data", segment.data);
        Ok(())
    }

    fn add_body(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        let mut locals: Vec<(u32, ValType)> = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            match locals.last_mut() {
                Some((before, last)) if *last == ty => *before += count,
                _ if count == 0 => {}
                _ => locals.push((count, ty)),
            }
        }
        self.add("locals", locals);
        let mut instructions = DefaultHasher::new();
        for operator in body.get_operators_reader()? {
            format!("{:?}", operator?).hash(&mut instructions);
        }
        self.0.push(("body", instructions.finish()));
        Ok(())
    }
}

/// The instructions of a constant expression.
fn operators<'a>(expression: &ConstExpr<'a>) -> Result<Vec<Operator<'a>>> {
    let reader: OperatorsReader<'a> = expression.get_operators_reader();
    reader.into_iter().collect()
}
