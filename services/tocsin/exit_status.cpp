#include "tocsin/exit_status.hpp"

#include <iostream>

namespace tocsin::program {

int report(problems const& wrong) {
    for (auto const& each : wrong) std::cerr << "tocsin: " << each << '\n';
    return exit_misused;
}

}  // namespace tocsin::program
