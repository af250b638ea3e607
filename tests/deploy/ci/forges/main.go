// Sets statuses of commits by the forges' own clients, so that a test sees which requests those make of it.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"code.gitea.io/sdk/gitea"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// A status as the reconciler means it: State is pending, success or failure, and each client has a name of its own for that.
type status struct {
	Forge, URL, Token, Repository, Revision, State, Context, Description, Link string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == "--public-gitlab" {
		client, err := gitlab.NewClient("")
		check(err)
		fmt.Println(client.BaseURL())
		return
	}
	if len(os.Args) != 1 {
		log.Fatal("usage: forges <STATUSES.json | --public-gitlab")
	}
	var statuses []status
	reader := json.NewDecoder(os.Stdin)
	reader.DisallowUnknownFields()
	check(reader.Decode(&statuses))
	for _, one := range statuses {
		switch one.Forge {
		case "gitlab":
			check(toGitLab(one))
		case "gitea":
			check(toGitea(one))
		default:
			log.Fatalf("no client for %q", one.Forge)
		}
	}
	fmt.Printf("%d set\n", len(statuses))
}

func toGitLab(one status) error {
	states := map[string]gitlab.BuildStateValue{"pending": gitlab.Pending, "success": gitlab.Success, "failure": gitlab.Failed}
	state, known := states[one.State]
	if !known {
		return fmt.Errorf("no state of GitLab's for %q", one.State)
	}
	client, err := gitlab.NewClient(one.Token, gitlab.WithBaseURL(one.URL), gitlab.WithoutRetries())
	if err != nil {
		return err
	}
	options := gitlab.SetCommitStatusOptions{State: state, Name: &one.Context, Description: &one.Description}
	if one.Link != "" {
		options.TargetURL = &one.Link
	}
	_, _, err = client.Commits.SetCommitStatus(one.Repository, one.Revision, &options)
	return err
}

func toGitea(one status) error {
	states := map[string]gitea.StatusState{"pending": gitea.StatusPending, "success": gitea.StatusSuccess, "failure": gitea.StatusFailure}
	state, known := states[one.State]
	if !known {
		return fmt.Errorf("no state of Gitea's for %q", one.State)
	}
	owner, repository, whole := strings.Cut(one.Repository, "/")
	if !whole {
		return fmt.Errorf("no owner in %q", one.Repository)
	}
	// Without a version the client asks the server for it first.
	client, err := gitea.NewClient(one.URL, gitea.SetToken(one.Token), gitea.SetGiteaVersion(""))
	if err != nil {
		return err
	}
	_, _, err = client.CreateStatus(owner, repository, one.Revision,
		gitea.CreateStatusOption{State: state, TargetURL: one.Link, Description: one.Description, Context: one.Context})
	return err
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
