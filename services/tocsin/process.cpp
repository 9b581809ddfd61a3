#include "tocsin/process.hpp"

#include <tocsin/observe/log.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace tocsin::program {

namespace {

[[noreturn]] void log_and_abort() {
    char const* why = "no exception";
    try {
        if (auto const current = std::current_exception()) std::rethrow_exception(current);
        observe::log_error("terminating", {{"why", why}});
    } catch (std::exception const& last) {
        observe::log_error("terminating", {{"why", last.what()}});
    } catch (...) {
        observe::log_error("terminating", {{"why", "an exception of an unknown type"}});
    }
    std::abort();
}

}  // namespace

void prepare_process() {
    // Neither a core file nor a tracer may show the memory.
    rlimit const no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    std::signal(SIGPIPE, SIG_IGN);
    std::set_terminate(log_and_abort);
}

}  // namespace tocsin::program
