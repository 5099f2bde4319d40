// How much memory this process has.
#pragma once

namespace gradus::report {

/// Bytes in memory now; 0 when the system does not tell.
double resident_bytes();
/// The most so far.
double peak_resident_bytes();

}  // namespace gradus::report
