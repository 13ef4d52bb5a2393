//! What a guest is given when it is run: values, limits, directories and signals.

pub(crate) mod grants;
pub(crate) mod limits;
pub(crate) mod signals;
pub(crate) mod values;
