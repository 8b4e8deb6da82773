//! One module in the interpreter.

use std::fmt;

use wasmi::{
    Config, Engine, Error, ExternType, Func, Instance, Linker, Module, ResumableCall, Store, Val, ValType, errors,
};

use super::answer::{Asked, CALLS};
use super::memory::Linear;
use crate::Host;

/// Bounds of the interpreter's stack: Envoy's V8 allows about as much.
const MAX_DEPTH: usize = 10_000;
const MAX_STACK: usize = 8 << 20;

/// One module, its memory, and what it was configured with.
pub struct Vm {
    pub(super) store: Store<()>,
    pub(super) linear: Linear,
    /// The plugin's configuration, which the module reads in its callback.
    pub(super) plugin: Vec<u8>,
    /// The last thing that the module logged as an error.
    pub(super) complaint: Option<String>,
    instance: Instance,
    /// Why it can no longer be called.
    dead: Option<String>,
}

/// A hostcall, as the trap that suspends the module.
#[derive(Debug)]
struct Suspended(Asked);

impl fmt::Display for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the hostcall {}", self.0.name)
    }
}

impl errors::HostError for Suspended {}

impl Vm {
    /// Compiles and starts a module.
    ///
    /// # Errors
    /// It is no WebAssembly, imports what no proxy offers, or lacks what every filter has.
    pub fn load(code: &[u8], plugin: &[u8]) -> Result<Self, String> {
        let mut config = Config::default();
        config.set_max_recursion_depth(MAX_DEPTH).set_max_stack_height(MAX_STACK);
        // A test runs a fraction of the module: functions are compiled when they are called first.
        config.compilation_mode(wasmi::CompilationMode::LazyTranslation);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, code).map_err(|error| format!("is not a usable module: {error}"))?;
        let mut store = Store::new(&engine, ());
        let instance = link(&engine, &module)?
            .instantiate_and_start(&mut store, &module)
            .map_err(|error| format!("does not start: {error}"))?;
        let missing = |what: &str| format!("does not export `{what}`: it is no proxy-wasm module");
        let memory = instance.get_memory(&store, "memory").ok_or_else(|| missing("memory"))?;
        let allocate = instance
            .get_typed_func::<u32, u32>(&store, "proxy_on_memory_allocate")
            .map_err(|_| missing("proxy_on_memory_allocate"))?;
        let linear = Linear::new(memory, allocate);
        Ok(Self { store, linear, plugin: plugin.to_vec(), complaint: None, instance, dead: None })
    }

    /// The last error that the module has logged.
    pub fn complaint(&self) -> &str {
        self.complaint.as_deref().unwrap_or("the module refused the configuration and did not say why")
    }

    /// Calls an export, if the module has it; its result, if it returns one.
    ///
    /// # Errors
    /// The module trapped, now or before: the trap's text, which was logged when it happened.
    pub fn call(&mut self, host: &mut dyn Host, name: &str, arguments: &[u32]) -> Result<Option<u32>, String> {
        if let Some(dead) = &self.dead {
            return Err(dead.clone());
        }
        let Some(function) = self.instance.get_func(&self.store, name) else { return Ok(None) };
        self.run(host, function, arguments).map_err(|error| {
            let text = format!("{name}: {error}");
            super::log_trap(host, &text);
            self.dead = Some(text.clone());
            text
        })
    }

    fn run(&mut self, host: &mut dyn Host, function: Func, arguments: &[u32]) -> Result<Option<u32>, Error> {
        let inputs: Vec<Val> = arguments.iter().map(|argument| Val::I32(argument.cast_signed())).collect();
        let mut outputs = vec![Val::I32(0); function.ty(&self.store).results().len()];
        let mut call = function.call_resumable(&mut self.store, &inputs, &mut outputs)?;
        loop {
            let suspended = match call {
                ResumableCall::Finished => break,
                ResumableCall::HostTrap(suspended) => suspended,
                ResumableCall::OutOfFuel(_) => return Err(Error::new("out of fuel")),
            };
            let status = match suspended.host_error().downcast_ref::<Suspended>() {
                Some(Suspended(asked)) => self.answer(host, asked),
                None => return Err(suspended.into_host_error()),
            };
            call = suspended.resume(&mut self.store, &[Val::I32(status.cast_signed())], &mut outputs)?;
        }
        Ok(outputs.first().and_then(Val::i32).map(i32::cast_unsigned))
    }
}

/// Every import becomes a trap that says what was asked.
fn link(engine: &Engine, module: &Module) -> Result<Linker<()>, String> {
    let mut linker = Linker::new(engine);
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let known = CALLS.iter().copied().find(|call| from == "env" && *call == name);
        let (Some(name), ExternType::Func(kind)) = (known, import.ty()) else {
            return Err(format!("imports {from}.{name}, which this host does not have"));
        };
        if !matches!(kind.results(), [ValType::I32]) {
            return Err(format!("imports {from}.{name} without a status as its result"));
        }
        let suspend = move |_: wasmi::Caller<'_, ()>, inputs: &[Val], _: &mut [Val]| {
            Err(Error::host(Suspended(Asked { name, inputs: inputs.iter().map(bits).collect() })))
        };
        linker
            .func_new("env", name, kind.clone(), suspend)
            .map_err(|error| format!("cannot be linked to {from}.{name}: {error}"))?;
    }
    Ok(linker)
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(bits) => u64::from(bits.cast_unsigned()),
        Val::I64(bits) => bits.cast_unsigned(),
        // No hostcall takes anything else.
        _ => 0,
    }
}
