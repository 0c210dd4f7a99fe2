#include "domain/permission.hpp"

#include <gmock/gmock.h>

namespace {

using domain::Permission;
using domain::Permissions;
using testing::ElementsAre;

TEST(PermissionTest, EveryPermissionHasATextOfItsOwn)
{
    for (std::size_t i = 0; i < domain::permission_count; ++i) {
        auto const each = static_cast<Permission>(i);
        EXPECT_EQ(domain::permission(domain::to_text(each)), each) << domain::to_text(each);
    }
    EXPECT_EQ(domain::permission("devices"), std::nullopt);
    EXPECT_EQ(domain::permission(""), std::nullopt);
    EXPECT_EQ(domain::to_text(Permission::audit_read), "audit.read");
    EXPECT_EQ(domain::to_text(Permission::secrets_reveal), "secrets.reveal");
}

TEST(PermissionTest, ASetIsReadFromTextsAndUnknownOnesGiveNothing)
{
    auto const set = Permissions::of(std::vector<std::string>{"tasks.write", "devices.read", "everything"});
    EXPECT_THAT(set.names(), ElementsAre("devices.read", "tasks.write"));
    EXPECT_TRUE(set.has(Permission::devices_read));
    EXPECT_FALSE(set.has(Permission::devices_write));
}

TEST(PermissionTest, ASetCoversItsSubsetsOnly)
{
    Permissions const few{Permission::devices_read};
    Permissions const more{Permission::devices_read, Permission::tasks_read};
    EXPECT_TRUE(more.cover(few));
    EXPECT_FALSE(few.cover(more));
    EXPECT_TRUE(few.cover({}));
    EXPECT_TRUE(Permissions::all().cover(more));
    EXPECT_EQ(few & more, few);
    EXPECT_TRUE((few & Permissions{Permission::audit_read}).empty());
}

}  // namespace
