#pragma once

namespace CLI {
class App;
}

namespace tocsin::sandbox {

/// Adds `sandbox` to the program's commands. Parsing it runs the stand-in until a signal ends it and sets
/// `exit_status`: 0 ended, 1 could not listen, 2 something is missing or wrong (said on standard error).
void add_command(CLI::App& to, int& exit_status);

}  // namespace tocsin::sandbox
