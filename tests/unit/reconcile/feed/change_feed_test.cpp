#include "reconcile/feed/change_feed.h"
