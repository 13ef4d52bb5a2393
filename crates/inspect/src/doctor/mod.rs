//! [`Diagnosis`]: what kind of module a file is, what it needs and from whom, and which engines have the features it uses.
//!
//! Compilers leave marks: the names that they import and export, and custom sections. They are read here and nothing is
//! guessed beyond them; what each mark stands for is tested against published modules (`cargo xtask doctor-check`).

mod engines;
mod kind;
mod needs;

use serde::Serialize;
use weft_module::Features;

use crate::interface::Interface;
use crate::metadata::Metadata;
use crate::{Fault, Layer, Sections};

pub use engines::{ENGINES, SOURCE, Used};
pub use kind::Kind;
pub use needs::{Need, Provider};

/// What there is to know before a module is run.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// What it is; `None` if it is neither a module nor a component.
    pub kind: Option<Kind>,
    /// The marks that tell.
    pub because: Vec<String>,
    /// The first fault. Components are not validated.
    pub fault: Option<Fault>,
    /// What it imports, by the module it is imported from; a component's interfaces by their package.
    pub needs: Vec<Need>,
    /// The features beyond WebAssembly 1.0 that it cannot do without; none if it has a fault.
    pub features: Vec<Used>,
    /// Whether it has or imports a shared memory, which browsers give to isolated pages alone.
    pub has_shared_memory: bool,
    /// The functions that it exports. Like all text of a module their names may be hostile.
    pub functions: Vec<String>,
}

/// What the marks are looked for in.
struct Marks<'a> {
    sections: &'a Sections,
    interface: &'a Interface,
    metadata: Metadata,
}

impl Diagnosis {
    /// Looks at a file in the binary format.
    pub fn new(wasm: &[u8]) -> Self {
        let sections = Sections::read(wasm);
        let is_module = sections.layer == Some(Layer::Module);
        let interface = match is_module {
            true => Interface::read(wasm, &sections),
            false => Interface::default(),
        };
        let marks = Marks {
            sections: &sections,
            interface: &interface,
            metadata: Metadata::read(wasm),
        };
        let fault = fault(wasm, &sections);
        let (kind, because) = match sections.layer {
            Some(_) => kind::of(&marks),
            None => (None, Vec::new()),
        };
        Self {
            kind,
            because,
            needs: match sections.layer {
                Some(Layer::Component) => needs::of_component(wasm, &sections),
                _ => needs::of(&marks, kind),
            },
            features: match is_module && fault.is_none() {
                true => engines::used(wasm),
                false => Vec::new(),
            },
            has_shared_memory: marks.interface.has_shared_memory(),
            functions: marks.interface.exported_functions(),
            fault,
        }
    }
}

fn fault(wasm: &[u8], sections: &Sections) -> Option<Fault> {
    if sections.layer != Some(Layer::Module) {
        return sections.fault.clone();
    }
    let error = weft_module::validate(wasm, &Features::all()).err()?;
    Some(Fault {
        offset: error.offset(),
        message: error.message().to_string(),
    })
}

impl Interface {
    fn has_shared_memory(&self) -> bool {
        self.memories().iter().any(|ty| ty.contains(" shared"))
    }

    fn exported_functions(&self) -> Vec<String> {
        let functions = self.exports.iter().filter(|item| item.kind == "function");
        functions.map(|item| item.name.clone()).collect()
    }
}
