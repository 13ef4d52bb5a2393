//! The instructions, one file for each of the specification's groups.
//!
//! Every instruction is a method of the translator called `visit_` and its name; the dispatcher calls it with the
//! immediates, and only where it can be reached (blocks excepted).

mod aggregate;
mod array;
mod atomic;
mod cast;
mod control;
mod exception;
mod memory;
mod numeric;
mod parametric;
mod reference;
mod relaxed;
mod table;
mod variable;
mod vector;
mod wide;
