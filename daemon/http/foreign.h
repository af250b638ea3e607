#pragma once

#include "daemon/http/host.h"
#include "daemon/http/message.h"

namespace cr::daemon {

/// Whether a web page that this server did not serve has sent the request: whatever it asks for, the person
/// in front of it has not asked. A token does not make it right, since a page may have been given one by
/// mistake.
///
/// Not foreign is what says nothing of a page (a program), and what comes from the authority that it was sent
/// to, by http or https, or from a name among `hosts`: what a proxy in front is called. An address and
/// `localhost` have to be the authority itself, port included, since other servers share them. What the
/// browser says of the site that it comes from has to agree.
[[nodiscard]] bool is_foreign(const RequestOrigin& origin, const AllowedHosts& hosts);

}  // namespace cr::daemon
