#pragma once

namespace CLI {
class App;
}

namespace tocsin::sandbox {

/// Adds the command `sandbox`. Parsing it runs the stand-in until a signal and sets `exit_status`: 0 stopped,
/// 1 could not listen, 2 invalid options (listed on standard error).
void add_command(CLI::App& program, int& exit_status);

}  // namespace tocsin::sandbox
