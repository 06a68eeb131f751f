import { lazy, Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Briefing } from "./pages/Briefing";
import { NotFound } from "./pages/NotFound";
import { Scenarios } from "./pages/Scenarios";
import { mayCoach, mayOperate } from "./roles";
import { Fallback } from "./ui/Fallback";
import { Waiting } from "./ui/States";
import { Doorway, useAccount } from "./user";

const Practice = lazy(() => import("./practice/Practice"));
const Report = lazy(() => import("./report/Report"));
const History = lazy(() => import("./pages/History"));
const Live = lazy(() => import("./coach/Live"));
const Watching = lazy(() => import("./coach/Watching"));
const Operations = lazy(() => import("./operations/Operations"));

export function App() {
  const [place] = useLocation();
  return (
    <Doorway>
      <Fallback key={place}>
        <Suspense fallback={<Waiting />}>
          <Pages />
        </Suspense>
      </Fallback>
    </Doorway>
  );
}

function Pages() {
  const user = useAccount()?.user;
  return (
    <Switch>
      <Route path="/">
        <Scenarios />
      </Route>
      <Route path="/scenarios/:id">{({ id }) => <Briefing key={id} id={id} />}</Route>
      <Route path="/practice/:id">{({ id }) => <Practice key={id} id={id} />}</Route>
      <Route path="/report/:id">{({ id }) => <Report key={id} id={id} />}</Route>
      <Route path="/history">
        <History />
      </Route>
      {user && mayCoach(user) && (
        <Route path="/live">
          <Live />
        </Route>
      )}
      {user && mayCoach(user) && <Route path="/live/:id">{({ id }) => <Watching key={id} id={id} />}</Route>}
      {user && mayOperate(user) && (
        <Route path="/operations">
          <Operations />
        </Route>
      )}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
