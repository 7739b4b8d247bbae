"""An example of a crew, written for Roleless. It is read, never run: nothing here is imported or executed."""

from crewai import Agent, Crew, Process, Task
from crewai.project import CrewBase, agent, crew, task


@CrewBase
class MuseumGuideCrew:
    """Makes an audio guide."""

    agents_config = "config/agents.yaml"
    tasks_config = "config/tasks.yaml"

    @agent
    def curator(self) -> Agent:
        return Agent(config=self.agents_config["curator"])

    @agent
    def writer(self) -> Agent:
        return Agent(config=self.agents_config["writer"])

    @agent
    def producer(self) -> Agent:
        return Agent(config=self.agents_config["producer"])

    @agent
    def tester(self) -> Agent:
        return Agent(config=self.agents_config["tester"])

    @task
    def choose_works(self) -> Task:
        return Task(config=self.tasks_config["choose_works"])

    @task
    def write_texts(self) -> Task:
        return Task(config=self.tasks_config["write_texts"])

    @task
    def plan_recording(self) -> Task:
        return Task(config=self.tasks_config["plan_recording"])

    @task
    def test_with_visitors(self) -> Task:
        return Task(config=self.tasks_config["test_with_visitors"])

    @task
    def revise(self) -> Task:
        return Task(config=self.tasks_config["revise"])

    @crew
    def crew(self) -> Crew:
        return Crew(agents=self.agents, tasks=self.tasks, process=Process.sequential)
