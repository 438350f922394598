import { Protect, useOrganization } from '@keyrack/react';
import { ManageOrganization, NotificationBell, OrganizationSwitcher, RequireActiveScope } from '@keyrack/react/ui';

function Bills() {
  const { organization } = useOrganization();
  return <a href="/bills">Bills of {organization?.name}</a>;
}

export default function Team() {
  return (
    <>
      <OrganizationSwitcher />
      <NotificationBell />
      <RequireActiveScope>
        <ManageOrganization />
        <Protect permission="organization:admin">
          <Bills />
        </Protect>
      </RequireActiveScope>
    </>
  );
}
