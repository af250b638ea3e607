#pragma once

#include "specs/visible.h"

namespace cr::daemon {

using specs::quote;

}  // namespace cr::daemon
