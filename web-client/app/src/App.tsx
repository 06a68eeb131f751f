import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { Briefing } from "./pages/Briefing";
import { NotFound } from "./pages/NotFound";
import { Scenarios } from "./pages/Scenarios";
import { Waiting } from "./ui/States";
import { Doorway } from "./user";

const Practice = lazy(() => import("./practice/Practice"));
const Report = lazy(() => import("./report/Report"));
const History = lazy(() => import("./pages/History"));

export function App() {
  return (
    <Doorway>
      <Suspense fallback={<Waiting />}>
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
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Doorway>
  );
}
